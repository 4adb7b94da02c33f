"""A pipeline without a plan, from training to its predictions over HTTP."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from augury.artifacts import DataWindow
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.lake import RAW_PREDICTIONS
from augury.local.functions import FunctionConfiguration, FunctionFailed, LocalFunction
from augury.local.payload import HttpRequest, answer_of, event_of
from augury.names import PipelineName, Version
from augury.routes import Function
from augury.training import load_definition, register, train
from augury.training.folds import Folds
from tests.artifacts import FLOWER
from tests.e2e.conftest import World
from tests.e2e.two_functions import TREES, Pair, two_functions
from tests.services import answering, be_silent


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> NewClient:
    """A client whose default pipeline is one of histogram-based trees, which have no ONNX form."""
    client = world.new_client()
    place = tmp_path_factory.mktemp("trees")
    (place / "trees.py").write_text(TREES)
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


@pytest.fixture
def pair(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    with two_functions(monkeypatch) as pair:
        yield pair


def test_a_function_without_the_lane_has_the_heavy_one_score_and_logs_it_once(
    world: World, client: NewClient, pair: Pair
) -> None:
    alone = world.js(client, "/js/predict", pipeline="trees", **FLOWER)

    told = pair.ask(client, puid="by-two", **FLOWER)

    assert told.status == 200, told.text
    assert told.json["predictions"] == alone.json["predictions"]
    (asked,) = pair.lambda_api.asked
    assert json.loads(asked.content)["puid"] == "by-two"
    world.platform.flush()
    (line,) = (line for line in map(json.loads, world.lines(RAW_PREDICTIONS)) if line["puid"] == "by-two")
    assert (line["pipeline"], line["version"], line["lane"]) == ("trees", "1", "pandas")


def test_the_open_inference_protocol_reaches_the_heavy_function_too(
    world: World, client: NewClient, pair: Pair
) -> None:
    told = pair.infer(client, world.token(client))

    assert told.status == 200, told.text
    assert told.json["outputs"][0]["data"], told.text
    assert len(pair.lambda_api.asked) == 1


def test_what_does_not_fit_the_schema_is_refused_without_a_call(client: NewClient, pair: Pair) -> None:
    told = pair.ask(client, **FLOWER | {"f1": "long"})

    assert (told.status, told.json["details"][0]["loc"]) == (422, ["data", "f1"])
    assert pair.lambda_api.asked == []


def test_a_heavy_function_that_has_too_much_to_do_is_503_with_a_time_to_try_again(
    client: NewClient, pair: Pair
) -> None:
    pair.lambda_api.answering = answering(b"{}", 429, x_amzn_ErrorType="TooManyRequestsException")

    told = pair.ask(client, **FLOWER)

    assert (told.status, {n.lower(): v for n, v in told.headers.items()}["retry-after"]) == (503, "1")


def test_a_heavy_function_that_is_silent_is_504_before_the_caller_gives_up(client: NewClient, pair: Pair) -> None:
    pair.lambda_api.answering = be_silent

    assert pair.ask(client, **FLOWER).status == 504


def test_the_heavy_function_answers_no_http_request(client: NewClient, pair: Pair) -> None:
    request = HttpRequest("GET", f"/js/predict?consumer_key={client.js_key}", "HTTP/1.1", [], b"", "127.0.0.1")

    with pytest.raises(FunctionFailed):
        pair.heavy.invoke(event_of(request, "GET /js/predict", port=80, now=datetime.now(UTC)))
