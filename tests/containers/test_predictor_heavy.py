"""The predictor's heavy image: pipelines that have no plan are answered by their fitted selves."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import urllib3

from augury.artifacts import DataWindow
from augury.names import ClientName, PipelineName, Version
from augury.training import load_definition, train
from augury.training.folds import Folds
from tests.containers.engine import Engine
from tests.containers.test_microservice import await_health
from tests.e2e.two_functions import TREES


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline of histogram-based trees, which have no ONNX form."""
    place = tmp_path_factory.mktemp("trees")
    (place / "trees.py").write_text(TREES)
    outcome = train(
        load_definition(place / "trees.py"),
        importlib.import_module("training.iris_sklearn").load_frame(),
        client=ClientName("acme"),
        pipeline=PipelineName("trees"),
        version=Version("1"),
        directory=place / "artifact",
        data_window=DataWindow(),
        folds=Folds(2),
    )
    assert outcome.manifest.lane == "pandas"
    return outcome.directory


def test_a_pipeline_without_a_plan_is_answered(engine: Engine, heavy_image: str, trees: Path) -> None:
    settings = {
        "AUGURY_SERVER": "microservice",
        "AUGURY_BAKED_PIPELINE": "/pipeline",
        "AUGURY_ALLOW_UNSIGNED_ARTIFACTS": "true",
    }
    options = ("--read-only", "--tmpfs", "/tmp", "--volume", f"{trees}:/pipeline:ro", "--publish", "127.0.0.1::5000")

    with engine.container(heavy_image, environ=settings, options=options) as container:
        port = engine.port(container, 5000)
        await_health(port)
        form = {"client": "acme", "json": '{"data":{"f1":1,"f2":2.7,"f3":5.3,"f4":1.9}}'}
        answer = urllib3.request("GET", f"http://127.0.0.1:{port}/predict", fields=form)

    assert answer.status == 200, answer.data
    assert answer.json()["predictions"][0]["predictedClass"] == "Iris-virginica"
