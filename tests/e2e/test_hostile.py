"""The hostile corpus over HTTP: each body gets its named answer, quickly, and leaves the platform as it was."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from augury.clients import NewClient
from augury.errors import Kind
from augury.events import MAX_EVENT_BYTES, Stamp
from augury.lake import FAILED_EVENTS, client_events
from augury.local.front import MAX_HEADER_BYTES
from tests.e2e.conftest import Answer, World
from tests.hostile import CORPUS, KIB, MIB, Hostile

LONGEST_S = 3.0  # each takes less than one alone on a core; tests share theirs


@pytest.fixture(scope="module")
def client(world: World) -> NewClient:
    return world.new_client()


@pytest.fixture(scope="module")
def bearer(world: World, client: NewClient) -> str:
    return f"Bearer {world.token(client)}"


@contextmanager
def quickly() -> Iterator[None]:
    """Check that what is done takes no second; what others do on this machine counts little."""
    began, began_cpu = time.monotonic(), time.process_time()
    yield
    assert time.process_time() - began_cpu < LONGEST_S
    assert time.monotonic() - began < 10 * LONGEST_S


def told(answer: Answer) -> Kind | None:
    if answer.status == 200:
        return None
    body = answer.json
    (kind,) = [kind for kind in Kind if kind.error_id == body["error_id"]]
    assert (answer.status, body["http_response"], body["error_msg"]) == (kind.status, kind.status, kind.message)
    return kind


@pytest.mark.parametrize("hostile", CORPUS, ids=str)
def test_a_hostile_body_gets_its_answer_on_the_servers_route(world: World, bearer: str, hostile: Hostile) -> None:
    sent = hostile.make()
    headers = {"Authorization": bearer, "Content_Type": "application/json"}
    if hostile.encoding:
        headers["Content_Encoding"] = hostile.encoding
    with quickly():
        answer = world.call("POST", "/events", sent, **headers)
    assert told(answer) is hostile.kind


@pytest.mark.parametrize("hostile", CORPUS, ids=str)
def test_a_hostile_body_gets_the_same_answer_on_the_pages_route(
    world: World, client: NewClient, hostile: Hostile
) -> None:
    sent = hostile.make()
    headers = {"Content_Type": "text/plain;charset=UTF-8", "Origin": "https://shop.example"}
    if hostile.encoding:
        headers["Content_Encoding"] = hostile.encoding
    path = f"/js/event/new?consumer_key={client.js_key}"
    with quickly():
        answer = world.call("POST", path, sent, **headers)
    assert told(answer) is hostile.kind
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("over", "kind"), [(-1, None), (0, None), (1, Kind.EVENT_TOO_LARGE)])
def test_an_event_of_256_kib_is_the_largest(
    world: World, bearer: str, client: NewClient, over: int, kind: Kind
) -> None:
    now = datetime.now(UTC)
    overhead = len(Stamp(client.name, now).stored({"a": ""}))
    body = json.dumps({"a": "x" * (MAX_EVENT_BYTES - overhead + over)}).encode()
    with quickly():
        answer = world.call("POST", "/events", body, Authorization=bearer, Content_Type="application/json")
    assert told(answer) is kind


@pytest.mark.parametrize(
    ("size", "message"), [(6 * MIB, "Request Too Long"), (10 * MIB + 1, "Request Entity Too Large")]
)
def test_what_is_too_large_for_lambda_or_api_gateway_has_their_answer(
    world: World, bearer: str, size: int, message: str
) -> None:
    with quickly():
        answer = world.call("POST", "/events", bytes(size), Authorization=bearer, Content_Type="application/json")
    assert (answer.status, answer.json) == (413, {"message": message})


@pytest.mark.parametrize(("over", "status"), [(-1, 200), (0, 200), (1, 431)])
def test_request_line_and_headers_have_10240_bytes(world: World, client: NewClient, over: int, status: int) -> None:
    path = f"/js/event/new?consumer_key={client.js_key}&a="
    host = world.platform.api_url.removeprefix("http://")
    used = len(f"GET {path} HTTP/1.1\r\n") + len(host)
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.putrequest("GET", path + "x" * (MAX_HEADER_BYTES - used + over), skip_accept_encoding=True)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize(
    ("count", "kind"), [(1_999, Kind.TOO_MANY_KEYS), (2_000, Kind.TOO_MANY_KEYS), (2_001, Kind.INVALID_REQUEST)]
)
def test_two_thousand_parameters_are_read_and_no_more(world: World, client: NewClient, count: int, kind: Kind) -> None:
    fields = "&".join(f"{number:x}" for number in range(count - 1))
    assert told(world.call("GET", f"/js/event/new?consumer_key={client.js_key}&{fields}")) is kind


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"json": "{"}, Kind.INVALID_JSON),
        ({"json": '{"a":NaN}'}, Kind.INVALID_JSON),
        ({"json": '{"a":1,"a":2}'}, Kind.DUPLICATE_KEY),
        ({"json": "[1]"}, Kind.NOT_AN_OBJECT),
        ({"_event_id": "x"}, Kind.RESERVED_FIELD),
        ({"timestamp": "now"}, Kind.INVALID_TIMESTAMP),
        ({"a": "\0"}, None),
        ({"a": "1", "sent_at": "yesterday"}, Kind.INVALID_REQUEST),
        ({"a": "1", "jsonpCallback": "x" * 128}, None),
        ({"a": "1", "jsonpCallback": "x" * 129}, Kind.INVALID_CALLBACK),
        ({"a": "1", "jsonpCallback": "alert(1)//"}, Kind.INVALID_CALLBACK),
        ({"client": "victim"}, Kind.NO_EVENTS),
    ],
)
def test_hostile_parameters_of_a_page(
    world: World, client: NewClient, parameters: dict[str, str], kind: Kind | None
) -> None:
    answer = world.call("GET", f"/js/event/new?{urlencode({'consumer_key': client.js_key, **parameters})}")
    assert told(answer) is kind


def test_two_events_with_one_id_are_both_taken_and_so_is_anothers(world: World, bearer: str) -> None:
    body = b'[{"event_id":"order-0000000001","n":1},{"event_id":"order-0000000001","n":2}]'
    taken = world.call("POST", "/events", body, Authorization=bearer, Content_Type="application/json")
    assert taken.json == {"accepted": 2, "rejected": []}
    other = world.new_client()
    assert world.post(other, "/events", body).json["accepted"] == 2


def test_nothing_of_it_is_foreign_and_the_refusals_are_kept(world: World) -> None:
    client = world.new_client()
    world.post(client, "/events", b'[{"client":"victim","n":1},{"_event_id":"x"}]')
    world.post(client, "/events", b'{"a":\xff')
    world.platform.flush()

    (stored,) = [json.loads(line) for line in world.lines(client_events(client.name))]
    assert (stored["client"], stored["n"]) == (client.name, 1)
    kept = [line for line in refusals(world) if line["client"] == client.name]
    assert [(line["index"], line["reason"], line["_received_at"][-1]) for line in kept] == [
        (1, "RESERVED_FIELD", "Z"),
        (None, "INVALID_JSON", "Z"),
    ]
    assert kept[0]["text"] == '{"_event_id":"x"}'
    assert all(line["request_id"] for line in kept)


def refusals(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.lines(FAILED_EVENTS)]


def test_eight_kib_of_a_large_refusal_are_kept(world: World) -> None:
    client = world.new_client()
    world.post(client, "/events", b'{"_event_id":"' + b"x" * 64 * KIB + b'"}')
    world.platform.flush()
    (kept,) = [line for line in refusals(world) if line["client"] == client.name]
    assert (len(kept["text"]), kept["size_bytes"]) == (8 * KIB, 64 * KIB + 16)
