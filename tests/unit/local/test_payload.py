from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.local.payload import HttpRequest, MalformedAnswer, answer_of, encode_body, event_of

NOW = datetime(2026, 3, 12, 19, 3, 58, 390_000, tzinfo=UTC)


def request(
    target: str = "/events", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"", method: str = "POST"
) -> HttpRequest:
    return HttpRequest(method, target, "HTTP/1.1", headers, body, "127.0.0.1")


def event(
    target: str = "/events", headers: tuple[tuple[str, str], ...] = (), body: bytes = b"", method: str = "POST"
) -> dict[str, Any]:
    return event_of(request(target, headers, body, method), "POST /events", port=8080, now=NOW)


def test_the_request_context_says_who_called_what_when() -> None:
    context = event("/events?a=1", (("Host", "localhost:8080"), ("User-Agent", "curl/8")))["requestContext"]

    assert context.pop("requestId")
    assert context == {
        "accountId": "123456789012",
        "apiId": "local",
        "domainName": "localhost:8080",
        "domainPrefix": "localhost:8080",
        "http": {
            "method": "POST",
            "path": "/events",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "curl/8",
        },
        "routeKey": "POST /events",
        "stage": "$default",
        "time": "12/Mar/2026:19:03:58 +0000",
        "timeEpoch": 1773342238390,
    }


def test_every_request_has_an_id_of_its_own() -> None:
    assert event()["requestContext"]["requestId"] != event()["requestContext"]["requestId"]


def test_a_request_without_content_leaves_the_optional_fields_out() -> None:
    plain = event(method="GET")

    assert plain["version"] == "2.0"
    assert plain["rawQueryString"] == ""
    assert plain["isBase64Encoded"] is False
    assert not {"body", "cookies", "queryStringParameters"} & set(plain)


def test_header_names_are_lower_case_and_repeated_ones_are_joined() -> None:
    headers = event(headers=(("X-Tag", "a"), ("x-tag", "b"), ("Accept", "*/*")))["headers"]

    assert headers["x-tag"] == "a,b"
    assert headers["accept"] == "*/*"


def test_the_gateway_adds_where_the_request_came_from() -> None:
    headers = event(headers=(("X-Forwarded-For", "203.0.113.9"),))["headers"]

    assert headers["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
    assert headers["x-forwarded-port"] == "8080"
    assert re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", headers["x-amzn-trace-id"])


def test_cookies_stand_in_their_own_field_only() -> None:
    with_cookies = event(headers=(("Cookie", "a=1; b=2"), ("cookie", "c=3")))

    assert with_cookies["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in with_cookies["headers"]


def test_query_parameters_are_decoded_and_repeated_ones_are_joined() -> None:
    queried = event("/js/predict?json=%7B%22a%22%3A+1%7D&tag=a&empty=&tag=b&path=a/b")

    assert queried["rawPath"] == "/js/predict"
    assert queried["rawQueryString"] == "json=%7B%22a%22%3A+1%7D&tag=a&empty=&tag=b&path=a/b"
    assert queried["queryStringParameters"] == {"json": '{"a": 1}', "tag": "a,b", "empty": "", "path": "a/b"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "Text/HTML; charset=utf-8", "application/json", "application/xml", "application/javascript"],
)
def test_a_textual_body_stays_text(content_type: str) -> None:
    assert encode_body("é".encode(), content_type) == ("é", False)


@pytest.mark.parametrize(
    "content_type",
    ["", "application/x-www-form-urlencoded", "application/x-ndjson", "application/octet-stream", "application/jsonp"],
)
def test_any_other_body_is_base64(content_type: str) -> None:
    assert encode_body(b"a=1", content_type) == ("YT0x", True)


@given(st.binary(), st.sampled_from(["application/json", "application/x-ndjson", "text/plain", ""]))
def test_a_body_can_always_be_had_back(body: bytes, content_type: str) -> None:
    text, is_base64 = encode_body(body, content_type)

    assert (base64.b64decode(text) if is_base64 else text.encode()) == body


@given(st.text(st.characters(codec="latin-1")), st.binary())
def test_an_event_is_json(query: str, body: bytes) -> None:
    sent = event(f"/events?{query}", (("X-Name", query),), body)

    assert json.loads(json.dumps(sent)) == sent


def test_an_answer_with_a_status_is_taken_field_by_field() -> None:
    answer = answer_of(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/csv", "X-Count": 3},
            "cookies": ["a=1", "b=2"],
            "body": "é",
        }
    )

    assert answer.status == 201
    assert answer.headers == [
        ("content-type", "text/csv"),
        ("x-count", "3"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
    assert answer.body == "é".encode()


def test_a_base64_answer_is_decoded() -> None:
    assert answer_of({"statusCode": 200, "body": "/wA=", "isBase64Encoded": True}).body == b"\xff\x00"


@pytest.mark.parametrize(
    ("result", "body"),
    [({"a": "é"}, '{"a":"é"}'), ("Hello", "Hello"), ([1, 2], "[1,2]"), (None, "null"), (3, "3")],
)
def test_an_answer_without_a_status_is_the_body_of_a_200(result: Any, body: str) -> None:
    answer = answer_of(result)

    assert (answer.status, answer.body.decode()) == (200, body)
    assert answer.headers == [("content-type", "application/json")]


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "ok"},
        {"statusCode": True},
        {"statusCode": 1000},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": "no base64!", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"x": "a\r\nset-cookie: b"}},
        {"statusCode": 200, "headers": {"x": "\u20ac"}},
    ],
)
def test_an_answer_that_http_cannot_carry_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(MalformedAnswer):
        answer_of(result)
