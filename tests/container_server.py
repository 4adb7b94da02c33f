"""The container's servers as processes of their own, as an image starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parents[1]
PREDICTOR, MICROSERVICE = "functions.predict.server", "functions.predict.microservice"


@dataclass
class Server:
    """A running server, what it logged, and where it listens."""

    process: subprocess.Popen[str]
    port: int
    grpc_port: int | None = None
    logged: list[str] = field(default_factory=list)
    reader: Thread = field(default_factory=Thread)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def terminate(self, within_s: float = 30) -> int:
        """Send SIGTERM, and return the status that the process ends with."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(within_s)
        self.reader.join()
        return status


def environment(base: Mapping[str, str] = os.environ, /, **settings: str) -> dict[str, str]:
    """Return what a server is started with: this process's variables, which are the platform's where one runs."""
    ours = {"AUGURY_HOST": "127.0.0.1", "AUGURY_PORT": "0", "POWERTOOLS_LOG_LEVEL": "INFO", "PYTHONPATH": str(ROOT)}
    return {**base, **ours, **settings}


@contextmanager
def running(module: str = PREDICTOR, base: Mapping[str, str] = os.environ, /, **settings: str) -> Iterator[Server]:
    """Run a server on a free port of this machine, with settings beside the variables of ``base``."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], env=environment(base, **settings), stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        try:
            yield _started(process)
        finally:
            process.kill()


def _started(process: subprocess.Popen[str]) -> Server:
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert first["message"] == "listening"
    server = Server(process, first["port"], first.get("grpc_port"))
    server.reader = Thread(target=lambda: server.logged.extend(process.stdout or ()), daemon=True)
    server.reader.start()
    return server


def fails_to_start(module: str = PREDICTOR, **settings: str) -> str:
    """Start a server that can't, and return what it says on its one line."""
    ended = subprocess.run(
        [sys.executable, "-m", module],
        env=environment(**settings),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    return line
