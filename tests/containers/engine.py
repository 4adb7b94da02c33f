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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_START_S = 60.0
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
    if found := [tool for tool in ("docker", "dockerd", "ip", "iptables") if shutil.which(tool) is None]:
        return f"no {', '.join(found)} here: apt-get install docker.io iptables iproute2"
    return None if os.geteuid() == 0 else "an engine of the test run's own needs root"


@contextmanager
def own_engine() -> Iterator[Engine]:
    """Run an engine while it lasts."""
    with ExitStack() as running:
        # Short: the path of a socket has at most 107 characters.
        directory = running.enter_context(tempfile.TemporaryDirectory(prefix="augury-docker-", dir="/tmp"))
        bridge, address = running.enter_context(_bridge())
        host = f"unix://{directory}/docker.sock"
        running.enter_context(_daemon(Path(directory), bridge, host))
        yield Engine(host, address)


@contextmanager
def _bridge() -> Iterator[tuple[str, str]]:
    """Keep a bridge of a free private network that leads out of this machine; give its name and its address."""
    name, network = f"augury{os.getpid()}", _free_network()
    address = str(next(network.hosts()))
    outward = ["POSTROUTING", "-s", str(network), "!", "-o", name, "-j", "MASQUERADE"]
    _run("ip", "link", "add", name, "type", "bridge")
    try:
        _run("ip", "address", "add", f"{address}/{network.prefixlen}", "dev", name)
        _run("ip", "link", "set", name, "up")
        _run("iptables", "--wait", "-t", "nat", "-A", *outward)
        yield name, address
    finally:
        subprocess.run(["iptables", "--wait", "-t", "nat", "-D", *outward], capture_output=True)
        _run("ip", "link", "delete", name)


def _free_network() -> ipaddress.IPv4Network:
    shown = json.loads(_run("ip", "-json", "-4", "address"))
    used = [ipaddress.ip_address(one["local"]) for link in shown for one in link["addr_info"]]
    return next(network for network in _NETWORKS if not any(address in network for address in used))


@contextmanager
def _daemon(directory: Path, bridge: str, host: str) -> Iterator[None]:
    log = directory / "dockerd.log"
    command = ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge", bridge, "--host", host]
    places = ["--data-root", f"{directory}/data", "--exec-root", f"{directory}/exec", "--pidfile", f"{directory}/pid"]
    with log.open("wb") as file:
        daemon = subprocess.Popen([*command, *places], stdout=file, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(daemon, host, log)
        yield
    finally:
        daemon.terminate()
        daemon.wait(60)
        _unmount_below(directory)


def _unmount_below(directory: Path) -> None:
    """Take away the mounts of network names that dockerd leaves, so that the directory can be removed."""
    points = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for point in sorted((point for point in points if point.startswith(f"{directory}/")), reverse=True):
        _run("umount", "--lazy", point)


def _wait_until_ready(daemon: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while subprocess.run(["docker", "--host", host, "info"], capture_output=True).returncode:
        try:
            daemon.wait(0.1)
        except subprocess.TimeoutExpired:
            assert time.monotonic() < deadline, f"dockerd is not ready:\n{log.read_text()}"
        else:
            raise AssertionError(f"dockerd ended:\n{log.read_text()}")


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
