"""Feedback over HTTP, to its place in the bucket."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from augury.ingest import delivery
from augury.lake import RAW_FEEDBACK
from augury.local.firehose import FirehoseStandIn
from tests.e2e.conftest import World


def kept(world: World, client: str) -> list[dict[str, Any]]:
    world.platform.flush()
    return [line for line in map(json.loads, world.lines(RAW_FEEDBACK)) if line["client"] == client]


def test_feedback_is_kept_with_the_servers_word_on_whose_it_is(world: World) -> None:
    client = world.new_client()
    answer = world.post(client, "/feedback", b'{"puid":"order-17","reward":0.5,"truth":"Iris-setosa"}')
    assert (answer.status, answer.json) == (200, {"puid": "order-17"})
    (line,) = kept(world, client.name)
    assert (line["puid"], line["reward"], line["truth"]) == ("order-17", 0.5, "Iris-setosa")
    assert {"_event_id", "_received_at"} <= line.keys()


def test_feedback_that_does_not_fit_is_400_and_not_kept(world: World) -> None:
    client = world.new_client()
    answer = world.post(client, "/feedback", b'{"puid":"order-17","reward":"good"}')
    assert (answer.status, answer.json["error_id"]) == (400, 113)
    assert [detail["loc"] for detail in answer.json["details"]] == [["reward"]]
    assert kept(world, client.name) == []


def test_feedback_needs_a_token_with_the_scope_of_predictions(world: World) -> None:
    client = world.new_client()
    body = b'{"puid":"p","reward":1}'
    bearer = f"Bearer {world.token(client, 'events')}"
    assert world.call("POST", "/feedback", body, Authorization=bearer).status == 403
    assert world.call("POST", "/feedback", body).status == 401


def test_feedback_that_firehose_will_not_take_is_laid_beside_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(firehose: FirehoseStandIn, stream: Any, records: Sequence[bytes]) -> list[dict[str, str]]:
        return [{"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."} for _ in records]

    monkeypatch.setattr(FirehoseStandIn, "accept", refuse)
    monkeypatch.setattr(delivery, "_KEEP_TRYING_S", 0.1)
    client = world.new_client()
    assert world.post(client, "/feedback", b'{"puid":"p","truth":true}').status == 200
    (line,) = kept(world, client.name)
    assert line["truth"] is True
