"""A Docker engine that belongs to the test run: its own daemon, bridge and data, all gone when it ends."""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_KEEPER = Path(__file__).with_name("engine.sh")
_START_S = 60.0
_IMAGES_KB = 6 * 1024**2  # more than all of the tests' images and their layers take
_NETWORKS = [ipaddress.IPv4Network(f"172.30.{number}.0/24") for number in range(99, 200)]


@dataclass(frozen=True)
class Engine:
    """A Docker engine.

    Parameters
    ----------
    host : str
        Address of its socket, as ``DOCKER_HOST`` has it.
    gateway : str
        Address at which its containers reach this machine.
    """

    host: str
    gateway: str

    @property
    def environ(self) -> dict[str, str]:
        """Environment of a process that is to use this engine. The legacy builder is in every engine."""
        return os.environ | {"DOCKER_HOST": self.host, "DOCKER_BUILDKIT": "0"}

    def docker(self, *arguments: str, input_text: str | None = None, timeout_s: float = 280) -> str:
        """Return what a ``docker`` command prints; a failed one fails the test with what it said."""
        run = subprocess.run(
            ["docker", *arguments],
            env=self.environ,
            input=input_text,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
        assert run.returncode == 0, f"docker {' '.join(arguments)}\n{run.stdout[-4000:]}\n{run.stderr[-4000:]}"
        return run.stdout.strip()

    def build(self, tag: str, dockerfile: Path, context: Path, *, target: str = "", **arguments: str) -> str:
        """Build an image and return its tag; ``RUN`` steps have the network of this machine."""
        options = [option for name, value in arguments.items() for option in ("--build-arg", f"{name}={value}")]
        aim = ["--target", target] if target else []
        where = ["--network", "host", "--file", str(dockerfile), "--tag", tag, str(context)]
        self.docker("build", "--quiet", "--rm", *aim, *options, *where)
        return tag

    @contextmanager
    def container(
        self, image: str, *command: str, environ: Mapping[str, str] | None = None, options: tuple[str, ...] = ()
    ) -> Iterator[str]:
        """Run a container while it lasts, and give its id."""
        variables = [option for name, value in (environ or {}).items() for option in ("--env", f"{name}={value}")]
        name = self.docker("run", "--detach", *variables, *options, image, *command)
        try:
            yield name
        finally:
            self.docker("rm", "--force", "--volumes", name)

    def port(self, container: str, inside: int) -> int:
        """Return the port of this machine at which a container's published port answers."""
        return int(self.docker("port", container, f"{inside}/tcp").splitlines()[0].rpartition(":")[2])

    def logs(self, container: str) -> str:
        """Return all that a container printed."""
        run = subprocess.run(["docker", "logs", container], env=self.environ, capture_output=True, text=True)
        return run.stdout + run.stderr


def missing() -> str | None:
    """Say what this machine lacks for an engine, or None."""
    if found := [tool for tool in ("docker", "dockerd", "ip", "iptables", "unshare") if shutil.which(tool) is None]:
        return f"no {', '.join(found)} here: apt-get install docker.io iptables iproute2 util-linux"
    return None if os.geteuid() == 0 else "an engine of the test run's own needs root"


@contextmanager
def own_engine() -> Iterator[Engine]:
    """Run an engine while it lasts, and at the longest as long as this process does."""
    # Short: the path of a socket has at most 107 characters.
    directory = Path(tempfile.mkdtemp(prefix="augury-docker-", dir="/tmp"))
    network = _free_network()
    address = str(next(network.hosts()))
    placed = [str(directory), f"augury{os.getpid()}", f"{address}/{network.prefixlen}", str(network)]
    # In a session of its own: Ctrl-C is for the tests, which end it in their turn.
    with subprocess.Popen(
        ["sh", str(_KEEPER), *placed, _memory()], stdin=subprocess.PIPE, start_new_session=True
    ) as keeper:
        engine = Engine(f"unix://{directory}/docker.sock", address)
        _wait_until_ready(keeper, engine.host, directory / "dockerd.log")
        yield engine


def _memory() -> str:
    """Return how much memory images may take: none where that would leave little."""
    told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    half_kb = int(told["MemAvailable"].split()[0]) // 2
    return f"{half_kb}k" if half_kb >= _IMAGES_KB else "0"


def _free_network() -> ipaddress.IPv4Network:
    shown = json.loads(_run("ip", "-json", "-4", "address"))
    used = [ipaddress.ip_address(one["local"]) for link in shown for one in link["addr_info"]]
    return next(network for network in _NETWORKS if not any(address in network for address in used))


def _wait_until_ready(keeper: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while subprocess.run(["docker", "--host", host, "info"], capture_output=True).returncode:
        said = log.read_text() if log.exists() else ""
        try:
            keeper.wait(0.1)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, f"dockerd is not ready:\n{said}"
        else:
            raise AssertionError(f"dockerd ended:\n{said}")


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
