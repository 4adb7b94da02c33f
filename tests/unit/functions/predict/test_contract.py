"""The microservice contract, as it is answered; ``augury.serving.targets.contract`` is the caller's side."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from aws_lambda_powertools import Logger

from augury.artifacts import Trust
from augury.errors import AuguryError
from augury.serving import PLAN_LANE, BakedPipeline, PredictRequest
from augury.serving.targets.contract import parse_answer, request_json
from functions.container.application import Respond
from functions.exchange import Answer, Request
from functions.predict.contract import answer_to, respond_by
from tests.artifacts import ACME, FLOWER, SIGNER, TRUST, trained_iris

ROWS = (FLOWER, {"f1": 5.1, "f2": 3.5, "f3": 1.4, "f4": 0.2})


@pytest.fixture(scope="module")
def pipeline() -> BakedPipeline:
    return BakedPipeline.load(trained_iris().directory, TRUST, PLAN_LANE)


@pytest.fixture(scope="module")
def respond(pipeline: BakedPipeline) -> Respond:
    return respond_by(pipeline.answer, Logger(service="test", level="CRITICAL"))


def ask(respond: Respond, form: str, method: str = "POST", path: str = "/predict") -> Answer:
    query, body = ("", form.encode()) if method == "POST" else (form, b"")
    return respond(Request(method, path, query, {}, lambda: body, deadline=0))


def form(**fields: Any) -> str:
    return urlencode({"client": ACME, "json": json.dumps({"data": FLOWER}), **fields})


@pytest.mark.parametrize("request_", [PredictRequest(ROWS[:1], single=True), PredictRequest(ROWS, single=False)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_caller_of_the_contract_understands_the_answer(
    respond: Respond, request_: PredictRequest, method: str
) -> None:
    answered = ask(respond, form(json=request_json(request_, "p1")), method)
    understood = parse_answer(answered.body, request_)
    assert (answered.status, understood.model_name) == (200, "iris")
    assert understood.predictions[0][0]["predictedClass"] == "Iris-virginica"
    assert len(understood.predictions) == len(request_.rows)
    assert orjson.loads(answered.body)["meta"]["puid"] == "p1"


def test_a_pipeline_is_known_by_any_name_that_its_caller_has_for_it(pipeline: BakedPipeline) -> None:
    request = PredictRequest((FLOWER,), single=True, pipeline="flowers")
    assert pipeline.answer("", request).pipeline == "iris"


@pytest.mark.parametrize(
    ("sent", "status", "loc"),
    [
        ("client=acme", 400, ["json"]),
        (form(json="{"), 400, None),
        (form() + "&client=acme", 400, ["body"]),
        ("json=%ff", 400, ["body"]),
        (form(json='{"data":{"f1":1}}'), 422, ["data", "f2"]),
        (form(client="other"), 403, ["client"]),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_by_name(
    respond: Respond, sent: str, status: int, loc: list[str] | None
) -> None:
    answered = ask(respond, sent)
    details = orjson.loads(answered.body)["details"]
    assert answered.status == status
    assert loc is None or details[0]["loc"] == loc


def test_there_is_health_and_nothing_else(respond: Respond) -> None:
    assert ask(respond, "", "GET", "/health").status == 200
    assert [ask(respond, form(), *of).status for of in (("PUT", "/predict"), ("GET", "/"))] == [404, 404]


def test_a_fault_is_told_as_an_error_without_what_was_sent() -> None:
    def fail(client: str, request: PredictRequest) -> Any:
        raise RuntimeError(f"of {client}")

    answered = ask(respond_by(fail, Logger(service="test", level="CRITICAL")), form())
    assert (answered.status, orjson.loads(answered.body)["error_id"]) == (500, 13)
    assert b"acme" not in answered.body


@pytest.mark.parametrize(
    ("directory", "trust", "why"),
    [("", Trust(), "no trusted key is configured"), ("/no-such", TRUST, "no-such"), ("", TRUST, "")],
)
def test_only_what_is_signed_by_a_trusted_key_is_loaded(directory: str, trust: Trust, why: str) -> None:
    place = trained_iris().directory / directory
    if not why:
        assert BakedPipeline.load(place, trust, PLAN_LANE)
    else:
        with pytest.raises(ValueError, match=why):
            BakedPipeline.load(place, trust, PLAN_LANE)


def test_a_pipeline_of_a_lane_that_is_not_here_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plan artifact needs a lane that is not here"):
        BakedPipeline.load(trained_iris().directory, TRUST, {})


def test_on_lambda_a_refusal_is_an_answer_and_a_fault_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUGURY_BAKED_PIPELINE", str(trained_iris().directory))
    monkeypatch.setenv("AUGURY_TRUSTED_ARTIFACT_KEYS", SIGNER.public_pem())
    handler = importlib.import_module("functions.predict.microservice_handler").handler
    event = {"client": "acme", "json": json.dumps({"data": FLOWER})}
    assert handler(event, None)["predictions"][0]["predictedClass"] == "Iris-virginica"
    refusal = handler({"client": "acme", "json": '{"data":{}}'}, None)
    assert next(iter(refusal)) == "error_id"
    assert refusal["http_response"] == 422
    assert handler({"client": "acme"}, None)["http_response"] == 400
    with pytest.raises(AuguryError, match="Consumer not authorized"):
        handler(event | {"client": "other"}, None)


@pytest.mark.parametrize("given", [{}, {"json": 1}, {"json": "{}", "client": ["acme"]}])
def test_fields_that_are_no_texts_are_refused(pipeline: BakedPipeline, given: dict[str, Any]) -> None:
    with pytest.raises(AuguryError, match="a text is expected"):
        answer_to(pipeline.answer, given)
