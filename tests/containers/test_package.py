"""``augury pipeline package`` with a real engine: the image answers as the platform does, and needs nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import urllib3
from typer.testing import CliRunner

from augury.cli.api import ApiClient
from augury.cli.app import app
from tests.containers.conftest import FLOWER, World
from tests.containers.emulator import Emulator
from tests.containers.engine import Engine
from tests.containers.test_microservice import await_health


@pytest.fixture(scope="module")
def packaged(engine: Engine, thin_image: str, world: World) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world.home)
        patch.setenv("DOCKER_HOST", engine.host)
        patch.setenv("DOCKER_BUILDKIT", "0")
        command = ["pipeline", "package", "test", "iris", "--tag", "packaged-iris:1", "--predictor", thin_image]
        outcome = CliRunner().invoke(app, ["--profile", "local", *command], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return "packaged-iris:1"


def test_it_answers_with_the_platforms_numbers(engine: Engine, packaged: str, world: World) -> None:
    expected = ApiClient(world.platform.api_url, world.seeded.client).predict(FLOWER)["predictions"]
    options = ("--read-only", "--tmpfs", "/tmp", "--publish", "127.0.0.1::5000")

    with engine.container(packaged, options=options) as container:
        port = engine.port(container, 5000)
        await_health(port)
        form = {"client": "test", "json": json.dumps({"data": FLOWER})}
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/predict", fields=form)

    assert (answer.status, answer.json()["predictions"]) == (200, expected)


def test_under_lambda_it_answers_the_same(engine: Engine, packaged: str, world: World) -> None:
    expected = ApiClient(world.platform.api_url, world.seeded.client).predict(FLOWER)["predictions"]
    options = ("--read-only", "--tmpfs", "/tmp", "--publish", "127.0.0.1::8080")

    with engine.container(packaged, environ={"AUGURY_SERVER": ""}, options=options) as container:
        function = Emulator(engine.port(container, 8080))
        answer = function.invoke({"client": "test", "json": json.dumps({"data": FLOWER})})

    assert answer["predictions"] == expected


def test_another_pipeline_in_its_place_is_refused(engine: Engine, packaged: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    tmp_path.chmod(0o755)

    with engine.container(packaged, options=("--volume", f"{tmp_path}:/opt/augury/pipeline:ro")) as container:
        assert engine.docker("wait", container) == "2"
        assert "can't be served" in engine.logs(container)
