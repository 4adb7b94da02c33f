"""``make sam``: what it prints is run as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from augury.routes import ROUTES, Credential
from tests.containers.base_image import BUILD, ROOT
from tests.containers.engine import Engine

SAM = BUILD / "sam-cli/bin/sam"


@dataclass(frozen=True)
class Running:
    """A running API: its address, and the commands that were printed."""

    url: str
    commands: str

    def run(self) -> list[Any]:
        """Run the printed commands one after another and return what the ones after the first answer."""
        script = self.commands.replace("curl -s ", "curl -sS --max-time 120 ")
        shown = subprocess.run(["sh", "-ec", re.sub(r"\n\n", "\necho\n", script)], capture_output=True, text=True)
        assert shown.returncode == 0, shown.stderr
        return [json.loads(line) for line in shown.stdout.splitlines() if line]


@pytest.fixture(scope="module")
def api(engine: Engine, base_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not SAM.exists():
        pytest.skip("no SAM here: make sam-cli")
    command = [sys.executable, "-m", "infra.sam", "--port", "0", "--base", base_image]
    environ = engine.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    place = tmp_path_factory.mktemp("sam")
    with subprocess.Popen(command, cwd=place, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _announced(process)
        finally:
            process.terminate()
            process.wait(120)


def _announced(process: subprocess.Popen[str]) -> Running:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if line.startswith("Ctrl-C"):
            break
    found = re.search(r"^ready  (\S+)\n\n(.*)\n\nCtrl-C", said, re.DOTALL | re.MULTILINE)
    assert found, f"{said}\nended with {process.wait(60)}"
    return Running(found[1], found[2])


@pytest.mark.timeout(600)
def test_the_commands_it_prints_send_an_event_and_get_a_prediction(api: Running) -> None:
    stored, answer = api.run()

    assert json.loads(stored["json"])["client"] == "test"
    assert answer["predictions"][0]["predictedClass"] == "Iris-virginica"


@pytest.mark.timeout(600)
def test_every_function_answers_its_routes(api: Running) -> None:
    guarded = {route.function: route for route in ROUTES if route.credential is Credential.BEARER}

    for route in guarded.values():
        answer = urllib3.request(route.method, api.url + route.path.format(name="iris", version="1"), timeout=120)
        assert (answer.status, answer.json()["error_id"]) == (401, 15), route.key
    assert urllib3.request("GET", f"{api.url}/health", timeout=120).json()["status"] == "ok"


def test_without_docker_it_says_so_in_one_line(tmp_path: Path) -> None:
    environ = os.environ | {"PYTHONPATH": str(ROOT), "DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"}

    run = subprocess.run(
        [sys.executable, "-m", "infra.sam"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120
    )

    assert run.returncode == 1
    assert run.stderr.startswith(("Docker: ", "there is no `docker` here"))
    assert "Traceback" not in run.stderr
