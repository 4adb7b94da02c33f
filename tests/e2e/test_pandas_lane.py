"""A pipeline without a plan, from training to its predictions over HTTP."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from augury.artifacts import DataWindow
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.lake import RAW_PREDICTIONS
from augury.local.functions import FunctionConfiguration, LocalFunction
from augury.local.payload import HttpRequest, answer_of, event_of
from augury.names import PipelineName, Version
from augury.routes import Function
from augury.training import load_definition, register, train
from augury.training.folds import Folds
from tests.artifacts import FLOWER
from tests.e2e.conftest import World

DEFINITION = """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from augury.pipelines import SKLearnClassifier

def build_pipeline():
    return Pipeline([("trees", SKLearnClassifier("name", clf=HistGradientBoostingClassifier(max_iter=10)))])
"""


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> NewClient:
    """A client whose default pipeline is one of histogram-based trees, which have no ONNX form."""
    client = world.new_client()
    place = tmp_path_factory.mktemp("trees")
    (place / "trees.py").write_text(DEFINITION)
    deployment, connection = world.platform.deployment, world.platform.connection
    outcome = train(
        load_definition(place / "trees.py"),
        importlib.import_module("training.iris_sklearn").load_frame(),
        client=client.name,
        pipeline=PipelineName("trees"),
        version=Version("1"),
        directory=place / "1",
        data_window=DataWindow(),
        folds=Folds(2),
        signer=signer_of(deployment, connection),
    )
    assert outcome.manifest.lane == "pandas"
    register(
        place / "1", client.name, store=world.store, registry=world.registry, trust=trust_of(deployment, connection)
    )
    return client


def test_the_platform_on_one_machine_answers_and_logs_the_lane(world: World, client: NewClient) -> None:
    body = {"meta": {"pipeline": "trees", "puid": "by-trees"}, "data": FLOWER}

    answer = world.post(client, "/predict", json.dumps(body).encode())

    assert answer.status == 200, answer.text
    assert answer.json["predictions"][0]["predictedClass"] == "Iris-virginica"
    world.platform.flush()
    (line,) = (line for line in map(json.loads, world.lines(RAW_PREDICTIONS)) if line["puid"] == "by-trees")
    assert (line["pipeline"], line["lane"]) == ("trees", "pandas")


def test_a_function_without_the_lane_answers_503_and_names_it(
    world: World, client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUGURY_PANDAS_LANE")
    query = urlencode({"consumer_key": client.js_key, "pipeline": "trees", **FLOWER})
    request = HttpRequest("GET", f"/js/predict?{query}", "HTTP/1.1", [], b"", "127.0.0.1")
    event = event_of(request, "GET /js/predict", port=80, now=datetime.now(UTC))

    with LocalFunction(FunctionConfiguration("thin", Function.PREDICT.handler)) as thin:
        answer = answer_of(thin.invoke(event))

    told = json.loads(answer.body)
    assert (answer.status, told["error_id"]) == (503, 123)
    assert "the pandas lane" in told["details"][0]["msg"]
