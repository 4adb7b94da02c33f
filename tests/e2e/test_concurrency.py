"""Callers at the same time: each is answered, and kept, as if alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from augury.clients import NewClient
from augury.lake import client_events
from tests.e2e.conftest import World

CALLS = 150


def test_clients_on_different_routes_at_once_never_see_each_others_requests(world: World) -> None:
    sender, asker, page = (world.new_client() for _ in range(3))
    tokens = {client.name: f"Bearer {world.token(client)}" for client in (sender, asker)}

    def call(number: int, client: NewClient, path: str) -> tuple[int, str]:
        body = json.dumps({"data": {"owner": client.name, "n": number}}).encode()
        answer = world.call("POST", path, body, Authorization=tokens[client.name], Content_Type="application/json")
        return answer.status, answer.text

    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(call, n, sender, "/events") for n in range(CALLS)]
        asked = [pool.submit(call, n, asker, "/predict") for n in range(CALLS)]
        paged = [pool.submit(world.js, page, "/js/event/new", owner=page.name, n=n) for n in range(CALLS)]
        granted = [pool.submit(world.token, asker) for _ in range(CALLS // 10)]

    assert {status for status, _ in (done.result() for done in sent)} == {200}
    assert {json.loads(text)["error_id"] for _, text in (done.result() for done in asked)} == {121}
    assert {done.result().status for done in paged} == {200}
    assert all(done.result() for done in granted)
    world.platform.flush()
    kept = [json.loads(line)["data"] for line in world.lines(client_events(sender.name))]
    assert sorted((data["owner"], data["n"]) for data in kept) == [(sender.name, n) for n in range(CALLS)]
    from_page = [json.loads(line) for line in world.lines(client_events(page.name))]
    assert sorted((event["owner"], event["n"]) for event in from_page) == [(page.name, n) for n in range(CALLS)]
    assert world.lines(client_events(asker.name)) == []
