"""The platform as a process of its own, ended by signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from augury.local.front import HOST, Front
from tests.integration.local.platform_handlers import small_handlers
from tests.unit.local.handlers import HandlerModules

PROGRAM = """
import sys
from pathlib import Path
from augury.local import Handlers, PortInUse, serve
from augury.routes import Function

folder, package, port = sys.argv[1:]
sys.path.insert(0, folder)
handlers = Handlers(
    http={function: f"{package}.{function.value}.handler" for function in Function},
    split=f"{package}.split.handler",
    rotate=f"{package}.rotate.handler",
)
try:
    code = serve(
        int(port),
        on_ready=lambda platform: print(platform.api_url, flush=True),
        state=Path(folder) / "local.json",
        handlers=handlers,
    )
except PortInUse as error:
    sys.exit(str(error))
sys.exit(code)
"""


class Program:
    def __init__(self, folder: Path, package: str) -> None:
        self._arguments = [sys.executable, "-c", PROGRAM, str(folder), package]
        self.started: list[subprocess.Popen[str]] = []

    def start(self, port: int = 0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self._arguments, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.started.append(process)
        return process


@pytest.fixture
def program(tmp_path: Path, handler_modules: HandlerModules) -> Iterator[Program]:
    small_handlers(handler_modules)
    program = Program(tmp_path, handler_modules.package)
    yield program
    for process in program.started:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(program: Program, tmp_path: Path, number: signal.Signals) -> None:
    process = program.start()
    api_url = first_line(process)
    assert (tmp_path / "local.json").exists()
    urllib.request.urlopen(f"{api_url}/health", timeout=20).close()  # noqa: S310

    os.kill(process.pid, number)
    output, errors = process.communicate(timeout=30)

    assert (process.returncode, output, errors) == (0, "", "")
    assert not (tmp_path / "local.json").exists()


def test_a_second_one_on_the_same_port_says_so(program: Program) -> None:
    with Front({}) as other:
        process = program.start(other.port)
        output, errors = process.communicate(timeout=30)

    assert process.returncode == 1
    assert output == ""
    assert errors.strip().endswith(
        f"port {other.port} is in use, perhaps by another local platform: choose one with --port"
    )
    assert HOST not in errors
