"""Events from HTTP to each client's own days."""

from __future__ import annotations

import json
import re
import socket
from datetime import UTC, datetime

import pytest

from augury.lake import RAW_EVENTS, client_events
from tests.e2e.conftest import World

SERVER_FIELDS = {"client", "timestamp", "_event_id", "_received_at"}


def test_an_event_is_found_unchanged_in_its_raw_hour_and_then_among_its_clients_days(world: World) -> None:
    client = world.new_client()
    sent = {"z": 1.0, "text": "ü€😀", "nested": {"list": [1, None, True, 9007199254740993]}, "client": "someone-else"}
    answer = world.post(client, "/events", json.dumps(sent).encode())
    world.platform.flush()

    stored = answer.json["json"].encode()
    assert stored in world.lines(RAW_EVENTS)
    assert world.lines(client_events(client.name)) == [stored]
    event = json.loads(stored)
    assert {name: event[name] for name in sent if name != "client"} == {n: v for n, v in sent.items() if n != "client"}
    assert event["client"] == client.name
    assert set(event) - set(sent) == SERVER_FIELDS - {"client"}


def test_objects_lie_by_hour_and_by_day(world: World) -> None:
    client = world.new_client()
    world.js(client, "/js/event/new", f1="5.1")
    world.platform.flush()

    today = datetime.now(UTC)
    raw = [summary.key for summary in world.store.list(RAW_EVENTS)]
    assert raw
    assert all(re.fullmatch(r"logs/events\.\d{4}/\d\d/\d\d/\d\d/[^/]+\.gz", key) for key in raw)
    (split,) = (summary.key for summary in world.store.list(client_events(client.name)))
    assert split.startswith(f"clients/{client.name}/events/{today:%Y/%m/}")


def test_two_clients_events_never_mix(world: World) -> None:
    first, second = world.new_client(), world.new_client()
    for number in range(20):
        client = (first, second)[number % 2]
        body = json.dumps([{"n": number, "client": second.name}, {"n": number + 100}]).encode()
        assert world.post(client, "/events", body).json == {"accepted": 2, "rejected": []}
        assert world.js(client, "/js/event/new", n=number + 200, client=first.name).status == 200
    world.platform.flush()

    for index, client in enumerate((first, second)):
        events = [json.loads(line) for line in world.lines(client_events(client.name))]
        assert {event["client"] for event in events} == {client.name}
        expected = [n + plus for n in range(index, 20, 2) for plus in (0, 100, 200)]
        assert sorted(event["n"] for event in events) == sorted(expected)


def test_posted_numbers_and_page_parameters_are_stored_alike(world: World) -> None:
    client = world.new_client()
    posted = world.post(client, "/events", b'{"f1":5.1,"n":7,"zip":"007","flag":true}').json["json"]
    from_page = world.js(client, "/js/event/new", f1="5.1", n="7", zip="007", flag="true").json["json"]
    typed = [{n: v for n, v in json.loads(text).items() if n not in SERVER_FIELDS} for text in (posted, from_page)]
    assert typed[0] == typed[1]


def test_a_query_that_is_not_percent_encoded_is_read_as_utf_8(world: World) -> None:
    client = world.new_client()
    host, port = world.platform.api_url.removeprefix("http://").split(":")
    request = (
        f"GET /js/event/new?consumer_key={client.js_key}&city=Köln HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert "Köln".encode() in answer


def test_ndjson_is_accepted_in_part_and_the_bad_lines_are_named(world: World) -> None:
    client = world.new_client()
    body = b'{"n":1}\n{"n":\n{"n":2}\n[]\n'
    answer = world.post(client, "/events", body, "application/x-ndjson").json
    assert answer["accepted"] == 2
    assert [(r["index"], r["error_id"]) for r in answer["rejected"]] == [(1, 38), (3, 100)]


def test_a_batch_of_five_thousand_events_is_kept_whole(world: World) -> None:
    client = world.new_client()
    body = b"\n".join(b'{"n":%d,"padding":"%s"}' % (n, b"x" * 500) for n in range(5_000))
    assert world.post(client, "/events", body, "application/x-ndjson").json["accepted"] == 5_000
    world.platform.flush()
    numbers = [json.loads(line)["n"] for line in world.lines(client_events(client.name))]
    assert sorted(numbers) == list(range(5_000))


@pytest.mark.parametrize("callback", ["show", "app.show"])
def test_a_page_gets_jsonp(world: World, callback: str) -> None:
    answer = world.js(world.new_client(), "/js/event/new", f1="1", jsonpCallback=callback)
    assert answer.text.startswith(f"/**/{callback}({{")
    assert answer.text.endswith("});")
    assert answer.headers["Content-Type"] == "application/javascript"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
