"""From a client's own events to its predictions over HTTP."""

from __future__ import annotations

import importlib
import json
import struct
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
import urllib3

from augury.analysis.variations import variation_figures
from augury.cli import training
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.frames.predictions import feedback_lines, prediction_lines
from augury.lake import RAW_PREDICTIONS
from augury.names import ClientName, Version
from augury.routes import ROUTES
from tests.artifacts import DEFINITION, FLOWER
from tests.e2e.conftest import Answer, World


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> NewClient:
    """A client whose pipeline was trained on the events that it sent."""
    client = world.new_client()
    events = importlib.import_module("training.iris_xgboost").example_events()
    assert world.post(client, "/events", json.dumps(events).encode()).json["accepted"] == 150
    world.platform.flush()
    train(world, client, tmp_path_factory.mktemp("artifact") / "1", "1")
    return client


def train(world: World, client: NewClient, directory: Path, version: str) -> None:
    first, last = training.last_two_days()
    deployment, connection = world.platform.deployment, world.platform.connection
    job = training.Job(client.name, Version(version), directory, signer_of(deployment, connection), quiet=True)
    outcome = training.train_on_events(connection, deployment.bucket, DEFINITION, first, last, job)
    assert outcome.evaluation.mean("accuracy") > 0.9
    assert outcome.parity.agrees
    training.register(directory, client.name, world.store, world.registry, trust_of(deployment, connection))


def test_the_flower_is_a_virginica_by_both_routes(world: World, client: NewClient) -> None:
    posted = world.post(client, "/predict", json.dumps({"data": FLOWER}).encode()).json
    flat = world.post(client, "/predict", json.dumps(FLOWER).encode()).json
    from_page = world.js(client, "/js/predict", **FLOWER).json
    by_json = world.js(client, "/js/predict", json=json.dumps({"data": FLOWER}), puid="mine").json
    assert posted["predictions"][0]["predictedClass"] == "Iris-virginica"
    assert posted["predictions"][0]["prediction"] > 0.9
    assert posted["predictions"] == flat["predictions"] == from_page["predictions"] == by_json["predictions"]
    assert by_json["meta"] == {"puid": "mine", "modelName": "iris", "variation": "default"}


def test_a_page_gets_its_prediction_as_jsonp(world: World, client: NewClient) -> None:
    answer = world.js(client, "/js/predict", **FLOWER, jsonpCallback="show")
    assert answer.text.startswith('/**/show({"meta":')


@pytest.mark.parametrize(
    ("data", "loc"),
    [({"f1": 1, "f2": 2.7, "f3": 5.3}, ["data", "f4"]), ({**FLOWER, "f2": "much"}, ["data", "f2"])],
)
def test_a_missing_or_mistyped_feature_is_422_and_named(
    world: World, client: NewClient, data: dict[str, object], loc: list[str]
) -> None:
    for answer in (world.post(client, "/predict", json.dumps(data).encode()), world.js(client, "/js/predict", **data)):
        assert (answer.status, answer.json["error_id"]) == (422, 122)
        assert [detail["loc"] for detail in answer.json["details"]] == [loc]


def test_an_unknown_pipeline_is_404(world: World, client: NewClient) -> None:
    body = json.dumps({"meta": {"pipeline": "wine"}, "data": FLOWER}).encode()
    for answer in (world.post(client, "/predict", body), world.js(client, "/js/predict", pipeline="wine", **FLOWER)):
        assert (answer.status, answer.json["error_id"]) == (404, 120)


def test_another_client_cannot_ask_this_ones_pipeline(world: World, client: NewClient) -> None:
    other = world.new_client()
    body = json.dumps({"meta": {"pipeline": "iris"}, "data": FLOWER}).encode()
    assert world.post(other, "/predict", body).status == 404


def infer(data: Mapping[str, object]) -> bytes:
    inputs = [{"name": name, "datatype": "FP64", "shape": [1, 1], "data": [value]} for name, value in data.items()]
    return json.dumps({"id": "a-flower", "inputs": inputs}).encode()


def test_the_open_inference_protocol_says_the_same(world: World, client: NewClient) -> None:
    bearer = f"Bearer {world.token(client, 'predict')}"
    for path in ("/v2", "/v2/models/iris", "/v2/models/iris/ready", "/v2/models/iris/versions/1/ready"):
        assert world.call("GET", path, Authorization=bearer).status == 200
        assert world.call("GET", path).status == 401
    assert [world.call("GET", f"/v2/health/{one}").status for one in ("live", "ready")] == [200, 200]
    posted = world.post(client, "/predict", json.dumps({"data": FLOWER}).encode()).json["predictions"][0]
    for path in ("/v2/models/iris/infer", "/v2/models/iris/versions/1/infer"):
        answer = world.post(client, path, infer(FLOWER)).json
        label, probabilities = answer["outputs"]
        assert (answer["id"], label["data"]) == ("a-flower", ["Iris-virginica"])
        assert max(probabilities["data"]) == posted["prediction"]


def test_tensors_in_binary_reach_the_function_as_they_were_sent(world: World, client: NewClient) -> None:
    packed = {"datatype": "FP64", "shape": [1], "parameters": {"binary_data_size": 8}}
    head = json.dumps({"inputs": [{"name": name, **packed} for name in FLOWER]}).encode()
    answer = world.call(
        "POST",
        "/v2/models/iris/infer",
        head + struct.pack("<4d", *FLOWER.values()),
        Authorization=f"Bearer {world.token(client)}",
        Content_Type="application/octet-stream",
        Inference_Header_Content_Length=str(len(head)),
    )
    assert (answer.status, answer.json["outputs"][0]["data"]) == (200, ["Iris-virginica"])


def test_the_open_inference_protocols_errors_have_its_field_beside_ours(world: World, client: NewClient) -> None:
    short = {name: value for name, value in FLOWER.items() if name != "f4"}
    answer = world.post(client, "/v2/models/iris/infer", infer(short))
    assert (answer.status, answer.json["error_id"]) == (422, 122)
    assert answer.json["details"] == [{"loc": ["inputs", "f4", 0], "msg": "a number is required"}]
    assert "inputs.f4.0: a number is required" in answer.json["error"]
    for path in ("/v2/models/wine/infer", "/v2/models/iris/versions/7/infer"):
        refused = world.post(client, path, infer(FLOWER))
        assert (refused.status, "error" in refused.json) == (404, True)


def test_a_clients_document_names_all_that_it_can_call(world: World, client: NewClient) -> None:
    told = world.call("GET", "/openapi.json", Authorization=f"Bearer {world.token(client)}").json
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in ROUTES if route.method != "OPTIONS"}


def test_the_examples_of_a_clients_document_are_answered_as_it_says(world: World, client: NewClient) -> None:
    told = world.call("GET", "/openapi.json", Authorization=f"Bearer {world.token(client)}").json
    components = told["components"]
    assert components["schemas"]["iris-record"]["required"] == ["f1", "f2", "f3", "f4"]
    pasted = 0
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            for content_type, schema, body in bodies(operation):
                answer = paste(world, client, f"{method} {path}", operation, content_type, body)
                assert answer.status == 200, (method, path, answer.text)
                if schema is not None:
                    jsonschema.validate(body, schema | {"components": components})
                if answer.headers["Content-Type"] == "application/json":
                    said = operation["responses"]["200"]["content"]["application/json"]["schema"]
                    jsonschema.validate(answer.json, said | {"components": components})
                pasted += body is not None
    assert pasted >= 7, "a token, an event by two routes in two forms, a prediction, feedback, tensors by two routes"


def bodies(operation: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the type, schema and value of each example of a request's body; or nothing of anything."""
    if "requestBody" not in operation:
        yield "", None, None
        return
    for content_type, content in operation["requestBody"]["content"].items():
        one = [{"value": content["example"]}] if "example" in content else []
        for example in [*content.get("examples", {}).values(), *one]:
            yield content_type, content["schema"], example["value"]


def paste(
    world: World, client: NewClient, call: str, operation: Mapping[str, Any], content_type: str, body: Any
) -> Answer:
    """Make a call of the examples that an operation has, with the credential that it names."""
    method, path = call.split(" ")
    query: dict[str, str] = {}
    headers = {"Content_Type": content_type} if content_type else {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif "content" in parameter:
            (example, *_) = parameter["content"]["application/json"]["examples"].values()
            query[parameter["name"]] = json.dumps(example["value"])
        elif "example" in parameter:
            query[parameter["name"]] = parameter["example"]
    wanted: Mapping[str, Any] = next(iter(operation["security"]), {})
    if "jsKey" in wanted:
        query["consumer_key"] = client.js_key
    if "bearer" in wanted:
        headers["Authorization"] = f"Bearer {world.token(client)}"
    if "keyAndSecret" in wanted:
        pair = f"{client.consumer_key}:{client.consumer_secret}"
        headers |= urllib3.make_headers(basic_auth=pair)
    sent = None if body is None else urlencode(body) if "form" in content_type else json.dumps(body)
    asked = f"{path}?{urlencode(query)}" if query else path
    return world.call(method.upper(), asked, None if sent is None else sent.encode(), **headers)


def test_every_prediction_is_logged(world: World, client: NewClient) -> None:
    world.post(client, "/predict", json.dumps({"meta": {"puid": "look-for-me"}, "data": FLOWER}).encode())
    world.platform.flush()
    (line,) = (line for line in map(json.loads, world.lines(RAW_PREDICTIONS)) if line["puid"] == "look-for-me")
    assert (line["client"], line["pipeline"], line["version"], line["input"]) == (client.name, "iris", "1", FLOWER)
    assert line["predictions"][0]["predictedClass"] == "Iris-virginica"
    at = datetime.fromisoformat(line["time"])
    assert datetime.now(UTC) - at < timedelta(minutes=5)


def test_the_log_and_feedback_say_how_the_variation_did(world: World, client: NewClient) -> None:
    for puid, reward in (("good", 1), ("bad", 0)):
        world.post(client, "/predict", json.dumps({"meta": {"puid": puid}, "data": FLOWER}).encode())
        assert world.post(client, "/feedback", json.dumps({"puid": puid, "reward": reward}).encode()).status == 200
    world.post(client, "/predict", json.dumps({"data": {**FLOWER, "f1": "much"}}).encode())
    world.platform.flush()
    today = datetime.now(UTC).date()
    where = world.platform.connection, world.store.bucket, ClientName(client.name)
    days = today - timedelta(days=1), today
    (figures,) = variation_figures("iris", prediction_lines(*where, *days), feedback_lines(*where, *days))
    assert figures.variation == "default"
    assert figures.refused >= 1
    assert figures.calls >= 3
    assert sum(figures.classes.values()) == figures.rows
    assert figures.classes["Iris-virginica"] >= 2
    assert figures.latency_ms["p99"] > 0
    assert figures.reward is not None
    assert (figures.reward.rewards, figures.reward.mean) == (2, 0.5)
