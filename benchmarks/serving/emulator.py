"""AWS's runtime interface emulator around one function."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3

from benchmarks.serving.cores import LOAD_CORES
from benchmarks.serving.environments import ROOT, Workshop, run
from benchmarks.serving.ports import free_port

_LOCK = Path(__file__).with_name("emulator.txt")
_MEMBER = "samcli/local/rapid/aws-lambda-rie-x86_64"
_START_S = 60.0


def binary(workshop: Workshop, python: Path) -> Path:
    """Return the emulator, out of the wheel that carries it; its hash is pinned."""
    emulator = workshop.place / "aws-lambda-rie"
    if not emulator.exists():
        workshop.place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=workshop.place) as place:
            options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--dest", place]
            run([python, "-m", "pip", "download", *options, "-r", _LOCK])
            (wheel,) = Path(place).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                unpacked = Path(archive.extract(_MEMBER, place))
            unpacked.chmod(0o755)
            unpacked.rename(emulator)
    return emulator


class Function:
    """A function under the emulator, which takes one invocation at a time."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self._http = urllib3.PoolManager(1, timeout=30.0, retries=False)

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return the function's answer.

        Raises
        ------
        RuntimeError
            It failed; the emulator answers 200 then, too.
        """
        answer: dict[str, Any] = self._http.request("POST", self._url, body=json.dumps(event)).json()
        if answer.get("statusCode") != 200:
            raise RuntimeError(f"the function failed: {answer}")
        return answer


@contextmanager
def emulated(command: list[str], emulator: Path, env: Mapping[str, str]) -> Iterator[Function]:
    """Run a function under the emulator until the end of the block."""
    port, runtime_port = free_port(), free_port()
    addresses = ("--runtime-interface-emulator-address", f"127.0.0.1:{port}")
    runtime = ("--runtime-api-address", f"127.0.0.1:{runtime_port}")
    process = subprocess.Popen(  # noqa: S603
        [str(emulator), *addresses, *runtime, *command],
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        os.sched_setaffinity(process.pid, LOAD_CORES)
        _wait_for(port)
        yield Function(port)
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _wait_for(port: int) -> None:
    """Wait until the emulator listens; it starts the function with the first invocation."""
    give_up = time.monotonic() + _START_S
    while time.monotonic() < give_up:
        try:
            urllib3.request("GET", f"http://127.0.0.1:{port}/", retries=False, timeout=1.0)
            return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.01)
    raise RuntimeError("the emulator does not listen")
