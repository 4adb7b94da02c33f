"""What bad calls are told, over HTTP; and that nothing they do stops the platform."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from augury.clients import NewClient
from tests.e2e.conftest import World


@pytest.fixture(scope="module")
def client(world: World) -> NewClient:
    return world.new_client()


@pytest.fixture(autouse=True)
def platform_still_answers(world: World) -> Iterator[None]:
    yield
    assert world.call("GET", "/health").json["status"] == "ok"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "error_id"),
    [
        ("POST", "/events", {}, 401, 15),
        ("POST", "/predict", {}, 401, 15),
        ("POST", "/events", {"Authorization": "Bearer nonsense"}, 401, 7),
        ("POST", "/events", {"Authorization": "Basic YTpi"}, 401, 15),
        ("GET", "/js/event/new?f1=1", {}, 401, 16),
        ("GET", "/js/event/new?consumer_key=wrong&f1=1", {}, 401, 5),
        ("GET", "/js/predict?consumer_key=wrong&f1=1", {}, 401, 5),
        ("GET", "/js/predict?consumer_key=a&consumer_key=b", {}, 400, 113),
        ("GET", "/js/event/new?consumer_key=%ff", {}, 400, 113),
    ],
)
def test_a_missing_or_wrong_credential(
    world: World, method: str, path: str, headers: dict[str, str], status: int, error_id: int
) -> None:
    answer = world.call(method, path, b"{}" if method == "POST" else None, **headers)
    assert (answer.status, answer.json["error_id"], answer.json["http_response"]) == (status, error_id, status)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_js_key_does_not_open_the_bearer_routes(world: World, client: NewClient) -> None:
    assert world.call("POST", f"/events?consumer_key={client.js_key}", b"{}").status == 401
    assert world.call("POST", "/events", b"{}", Authorization=f"Bearer {client.js_key}").status == 401


def test_a_token_for_events_does_not_predict(world: World, client: NewClient) -> None:
    bearer = f"Bearer {world.token(client, scope='events')}"
    answer = world.call("POST", "/predict", b"{}", Authorization=bearer)
    assert (answer.status, answer.json["error_id"]) == (403, 20)


@pytest.mark.parametrize("path", ["/events", "/predict"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a":NaN}', b'{"a":"\\ud800"}', b"[" * 50_000])
def test_malformed_json(world: World, client: NewClient, path: str, body: bytes) -> None:
    answer = world.post(client, path, body)
    assert (answer.status, answer.json["error_id"], answer.json["error_msg"]) == (400, 38, "Invalid JSON")


@pytest.mark.parametrize("body", [b"7", b'"text"', b"null", b"true"])
def test_json_that_is_no_object(world: World, client: NewClient, body: bytes) -> None:
    for path in ("/events", "/predict"):
        answer = world.post(client, path, body)
        assert (answer.status, answer.json["http_response"]) == (400, 400)


def test_an_oversize_body_is_413(world: World, client: NewClient) -> None:
    answer = world.post(client, "/events", b'{"a":"' + b"x" * (4 * 1024 * 1024) + b'"}')
    assert (answer.status, answer.json["error_id"]) == (413, 108)


@pytest.mark.parametrize("callback", ["alert(1)", "a;b", "<script>", "x" * 200])
def test_a_hostile_callback_is_never_echoed(world: World, client: NewClient, callback: str) -> None:
    for path in ("/js/event/new", "/js/predict"):
        answer = world.js(client, path, f1="1", jsonpCallback=callback)
        assert (answer.status, answer.json["error_id"]) == (400, 111)
        assert callback not in answer.text


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 400, "invalid_request"),
        (b"grant_type=password", 400, "unsupported_grant_type"),
        (b"%%%", 400, "invalid_request"),
        (b"a=1&a=2", 400, "invalid_request"),
        (b"grant_type=client_credentials", 401, "invalid_client"),
    ],
)
def test_the_token_route_refuses_in_the_rfcs_words(world: World, body: bytes, status: int, error: str) -> None:
    answer = world.call("POST", "/token", body, Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.json["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/nope", "/events/", "/token/../events", "/js/event/new/x"])
def test_an_unknown_route_is_api_gateways_own_404(world: World, path: str) -> None:
    answer = world.call("GET", path)
    assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_no_answer_names_a_path_or_a_secret(world: World, client: NewClient) -> None:
    answers = [world.post(client, "/predict", body) for body in (b"{}", b"[", b'{"meta":{"pipeline":"x"}}')]
    said = json.dumps([answer.text for answer in answers])
    assert ".py" not in said
    assert "Traceback" not in said
    assert client.consumer_secret not in said
