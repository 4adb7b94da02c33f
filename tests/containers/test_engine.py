"""The tests' own engine: whatever becomes of the tests, nothing of it stays."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.containers.base_image import ROOT
from tests.containers.engine import missing

_CODE = """
from tests.containers.engine import own_engine
with own_engine() as engine:
    print(engine.host.removeprefix("unix://"), flush=True)
    input()
"""


def test_an_engine_whose_tests_were_killed_goes_and_leaves_nothing() -> None:
    if reason := missing():
        pytest.skip(reason)
    with subprocess.Popen(
        [sys.executable, "-c", _CODE], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        directory = Path(tests.stdout.readline().strip()).parent
        assert (directory / "docker.sock").is_socket()
        tests.kill()

    deadline = time.monotonic() + 120
    while directory.exists():
        assert time.monotonic() < deadline, list(directory.iterdir())
        time.sleep(0.1)
    links = subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout
    assert f"augury{tests.pid}:" not in links
