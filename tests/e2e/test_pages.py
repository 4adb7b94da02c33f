"""Events from pages of other origins, as browsers send them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from augury.clients import NewClient
from augury.lake import client_events
from tests.e2e.conftest import Answer, World

SHOP = "https://shop.example"


@pytest.fixture(scope="module")
def client(world: World) -> NewClient:
    return world.new_client()


def beacon(world: World, client: NewClient, body: bytes, query: str = "", **headers: str) -> Answer:
    path = f"/js/event/new?consumer_key={client.js_key}{query}"
    return world.call("POST", path, body, Content_Type="text/plain;charset=UTF-8", Origin=SHOP, **headers)


def preflight(world: World, client: NewClient, path: str, method: str = "POST") -> Answer:
    target = f"{path}?consumer_key={client.js_key}"
    return world.call("OPTIONS", target, Access_Control_Request_Method=method, Origin=SHOP)


def test_a_beacon_of_one_event_or_many_is_stored(world: World) -> None:
    client = world.new_client()
    assert json.loads(beacon(world, client, b'{"n":1}').json["json"])["n"] == 1
    assert beacon(world, client, b'[{"n":2},{"n":3}]').json == {"accepted": 2, "rejected": []}
    world.platform.flush()
    assert sorted(json.loads(line)["n"] for line in world.lines(client_events(client.name))) == [1, 2, 3]


def test_a_beacon_is_typed_by_its_json_and_not_by_the_rules_for_parameters(world: World, client: NewClient) -> None:
    assert json.loads(beacon(world, client, b'{"n":"5"}').json["json"])["n"] == "5"


def test_a_beacon_without_a_key_or_with_a_wrong_one_is_refused(world: World) -> None:
    for query, status in (("", 401), ("?consumer_key=wrong", 401)):
        answer = world.call("POST", f"/js/event/new{query}", b"{}", Origin=SHOP)
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*", "the page may read why"


@pytest.mark.parametrize("path", ["/js/event/new", "/js/predict"])
def test_a_preflight_lets_any_page_use_a_key_without_a_list(world: World, client: NewClient, path: str) -> None:
    method = "POST" if path == "/js/event/new" else "GET"
    answer = preflight(world, client, path, method)
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert int(answer.headers["Access-Control-Max-Age"]) > 0


@pytest.mark.parametrize("method", ["DELETE", "", "OPTIONS"])
def test_a_preflight_for_what_the_path_does_not_have_is_refused(world: World, client: NewClient, method: str) -> None:
    answer = preflight(world, client, "/js/event/new", method)
    assert (answer.status, answer.json["error_id"]) == (400, 113)


def test_a_preflight_with_an_unknown_key_is_refused(world: World, client: NewClient) -> None:
    assert preflight(world, replace(client, js_key="wrong"), "/js/event/new").status == 401


def test_the_servers_routes_know_no_cors(world: World, client: NewClient) -> None:
    answer = world.post(client, "/events", b"{}")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert world.call("OPTIONS", "/events", Origin=SHOP).json == {"message": "Not Found"}


@pytest.mark.parametrize(
    ("query", "headers"), [("&sent_at=1000000000", {}), ("", {"X_Augury_Sent_At": "2001-09-09T01:46:40Z"})]
)
def test_a_page_with_a_wrong_clock_is_corrected(
    world: World, client: NewClient, query: str, headers: dict[str, str]
) -> None:
    stored = json.loads(beacon(world, client, b'{"timestamp":999999990}', query, **headers).json["json"])
    assert stored["client_timestamp"] == 999_999_990
    assert stored["_received_at"] > "2026"
    assert stored["timestamp"] > 1_700_000_000


def test_sent_at_among_parameters_is_about_the_call_and_no_field(world: World, client: NewClient) -> None:
    stored = json.loads(world.js(client, "/js/event/new", n="1", sent_at="1000000000").json["json"])
    assert "sent_at" not in stored


def test_a_client_that_sends_again_stores_the_same_id(world: World, client: NewClient) -> None:
    body = b'{"event_id":"order-2026-000017","n":1}'
    stored = [json.loads(beacon(world, client, body).json["json"]) for _ in range(2)]
    assert {event["_event_id"] for event in stored} == {"order-2026-000017"}
