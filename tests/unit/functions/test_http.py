"""API Gateway's event through Powertools' router: what it says of a request, and how answers go back."""

from __future__ import annotations

import base64
import time
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from augury.errors import AuguryError
from functions.exchange import BINARY, Answer, Request
from functions.http import as_response, make_resolver

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 25_000)
EMPTY = Answer(204, content_type=None)


def event(**more: Any) -> dict[str, Any]:
    context = {"http": {"method": "POST"}, "stage": "$default"}
    return {"rawPath": "/predict", "rawQueryString": "a=1", "headers": {}, "requestContext": context} | more


def exchanged(event: dict[str, Any], answer: Answer = EMPTY) -> tuple[Request, dict[str, Any]]:
    """Send an event through a resolver of one route; return the request that arrives there, and what goes back."""
    app, arrived = make_resolver(Logger(service="test")), list[Request]()

    @app.post("/predict")
    def respond() -> Any:
        arrived.append(app.incoming)
        return as_response(answer)

    result = app.resolve(event, CONTEXT)
    return arrived[0], result


def test_an_event_is_the_request_that_came_in() -> None:
    request, _ = exchanged(event(headers={"Content-Type": "application/json"}, body='{"f1":1}'))
    assert (request.method, request.path, request.query) == ("POST", "/predict", "a=1")
    assert request.headers == {"content-type": "application/json"}
    assert request.body == b'{"f1":1}'


def test_an_event_without_headers_or_a_body_has_none() -> None:
    request, _ = exchanged(event(headers=None))
    assert (request.headers, request.body) == ({}, b"")


def test_a_body_in_base64_is_decoded() -> None:
    request, _ = exchanged(event(body=base64.b64encode(b"\x00\xff").decode(), isBase64Encoded=True))
    assert request.body == b"\x00\xff"


def test_a_body_that_is_no_base64_is_refused() -> None:
    request, _ = exchanged(event(body="*", isBase64Encoded=True))
    with pytest.raises(AuguryError, match="the body can't be read") as refused:
        _ = request.body
    assert refused.value.status == 400


@pytest.mark.parametrize(("stage", "path"), [("$default", "/predict"), ("live", "/live/predict")])
def test_the_name_of_a_stage_is_no_part_of_the_path(stage: str, path: str) -> None:
    request, _ = exchanged(event(rawPath=path, requestContext={"http": {"method": "POST"}, "stage": stage}))
    assert request.path == "/predict"


def test_an_answer_is_made_a_second_before_the_function_ends() -> None:
    before = time.monotonic()
    request, _ = exchanged(event())
    assert before + 24 <= request.deadline <= time.monotonic() + 24


def test_text_goes_back_as_it_is_and_what_is_binary_in_base64() -> None:
    _, text = exchanged(event(), Answer(200, b"{}", headers={"Cache-Control": "no-store"}))
    assert (text["statusCode"], text["body"], text["isBase64Encoded"]) == (200, "{}", False)
    assert text["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}
    _, binary = exchanged(event(), Answer(200, b"\xff", BINARY))
    assert (binary["isBase64Encoded"], base64.b64decode(binary["body"])) == (True, b"\xff")


def test_a_caller_that_takes_gzip_gets_what_was_answered() -> None:
    _, result = exchanged(event(headers={"accept-encoding": "gzip, br"}), Answer(200, b"{}"))
    assert (result["body"], "Content-Encoding" in result["headers"]) == ("{}", False)


def test_an_answer_without_a_body_has_no_type() -> None:
    _, result = exchanged(event())
    assert result["headers"] == {}
