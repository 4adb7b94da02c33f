"""Events when Firehose is down: 200 still means kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from moto.s3.exceptions import AccessDeniedByLock
from moto.s3.models import S3Backend

from augury.ingest import delivery
from augury.lake import FAILED_EVENTS, RAW_EVENTS, SPILLED_EVENTS, client_events
from augury.local.firehose import FirehoseStandIn
from tests.e2e.conftest import World

THROTTLED = {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}


@pytest.fixture
def throttled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Firehose refuses every entry, with HTTP 200 as it does."""

    def refuse(firehose: FirehoseStandIn, stream: Any, records: Sequence[bytes]) -> list[dict[str, str]]:
        return [THROTTLED for _ in records]

    monkeypatch.setattr(FirehoseStandIn, "accept", refuse)
    monkeypatch.setattr(delivery, "_KEEP_TRYING_S", 0.1)


@pytest.mark.usefixtures("throttled")
def test_what_firehose_will_not_take_is_spilled_and_split_like_the_rest(world: World) -> None:
    client = world.new_client()
    answer = world.post(client, "/events", b'[{"n":1},{"n":2},7]')
    assert (answer.status, answer.json["accepted"]) == (200, 2)
    world.platform.flush()

    (spilled,) = [s.key for s in world.store.list(SPILLED_EVENTS) if _is_of(world, s.key, client.name)]
    lines = world.lines(spilled)
    hour = json.loads(lines[0])["_received_at"][:13].replace("-", "/").replace("T", "/")
    assert spilled.startswith(f"{SPILLED_EVENTS}{hour}/")
    assert world.lines(client_events(client.name)) == lines
    assert not [line for line in world.lines(RAW_EVENTS) if json.loads(line)["client"] == client.name]


@pytest.mark.usefixtures("throttled")
def test_refusals_that_cannot_be_kept_change_no_answer(world: World) -> None:
    client = world.new_client()
    answer = world.post(client, "/events", b'[{"n":1},7]')
    assert (answer.status, len(answer.json["rejected"])) == (200, 1)
    world.platform.flush()
    assert not [line for line in world.lines(FAILED_EVENTS) if json.loads(line)["client"] == client.name]


@pytest.mark.usefixtures("throttled")
def test_it_is_503_if_the_bucket_is_down_too_and_the_event_can_be_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.new_client()
    body = b'{"event_id":"order-2026-000017"}'

    def deny(*_: object, **__: object) -> None:
        raise AccessDeniedByLock

    monkeypatch.setattr(S3Backend, "put_object", deny)
    answer = world.post(client, "/events", body)
    assert (answer.status, answer.json["error_id"], answer.headers["Retry-After"]) == (503, 130, "1")

    monkeypatch.undo()
    assert world.post(client, "/events", body).status == 200
    world.platform.flush()
    (stored,) = [json.loads(line) for line in world.lines(client_events(client.name))]
    assert stored["_event_id"] == "order-2026-000017"


def _is_of(world: World, key: str, client: str) -> bool:
    return any(json.loads(line)["client"] == client for line in world.lines(key))
