"""API Gateway's event without a router: what it says of a request, and how answers go back."""

from __future__ import annotations

import base64
import time
from types import SimpleNamespace
from typing import Any

import pytest

from augury.errors import AuguryError
from functions.exchange import BINARY, Answer
from functions.gateway import request_of, result_of

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 25_000)


def event(**more: Any) -> dict[str, Any]:
    context = {"http": {"method": "POST"}, "stage": "$default"}
    return {"rawPath": "/predict", "rawQueryString": "a=1", "headers": {}, "requestContext": context} | more


def test_an_event_is_the_request_that_came_in() -> None:
    request = request_of(event(headers={"Content-Type": "application/json"}, body='{"f1":1}'), CONTEXT)
    assert (request.method, request.path, request.query) == ("POST", "/predict", "a=1")
    assert request.headers == {"content-type": "application/json"}
    assert request.body == b'{"f1":1}'


def test_a_body_in_base64_is_decoded() -> None:
    body = base64.b64encode(b"\x00\xff").decode()
    assert request_of(event(body=body, isBase64Encoded=True), CONTEXT).body == b"\x00\xff"


def test_a_body_that_is_no_base64_is_refused() -> None:
    request = request_of(event(body="*", isBase64Encoded=True), CONTEXT)
    with pytest.raises(AuguryError, match="the body can't be read") as refused:
        _ = request.body
    assert refused.value.status == 400


def test_an_event_without_a_body_has_an_empty_one() -> None:
    assert request_of(event(), CONTEXT).body == b""


@pytest.mark.parametrize(("stage", "path"), [("$default", "/live/predict"), ("live", "/predict")])
def test_the_name_of_a_stage_is_no_part_of_the_path(stage: str, path: str) -> None:
    context = {"http": {"method": "GET"}, "stage": stage}
    assert request_of(event(rawPath="/live/predict", requestContext=context), CONTEXT).path == path


def test_an_answer_is_made_a_second_before_the_function_ends() -> None:
    before = time.monotonic()
    deadline = request_of(event(), CONTEXT).deadline
    assert before + 24 <= deadline <= time.monotonic() + 24


def test_text_goes_back_as_it_is_and_what_is_binary_in_base64() -> None:
    text = result_of(Answer(200, b"{}", headers={"Cache-Control": "no-store"}))
    assert text == {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": "{}",
        "isBase64Encoded": False,
    }
    binary = result_of(Answer(200, b"\xff", BINARY))
    assert (binary["isBase64Encoded"], base64.b64decode(binary["body"])) == (True, b"\xff")


def test_an_answer_without_a_body_has_no_type() -> None:
    assert result_of(Answer(204, content_type=None))["headers"] == {}
