"""Which events of a request are kept, and what the caller is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from augury.errors import AuguryError, Kind
from augury.ingest import Batch, Outcome, accept, decode_body
from augury.names import ClientName

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


def accepted(batch: Batch) -> tuple[Outcome, list[bytes]]:
    delivered: list[bytes] = []
    outcome = accept(batch, client=ClientName("acme"), received_at=AT, deliver=delivered.extend)
    return outcome, delivered


def test_one_event_is_answered_with_its_stored_text() -> None:
    outcome, delivered = accepted(decode_body(b'{"f1":5.1}'))
    text = outcome.as_json()["json"]
    assert json.loads(text)["f1"] == 5.1
    assert delivered == [text.encode() + b"\n"]


def test_good_events_are_kept_and_bad_ones_named_by_their_place() -> None:
    outcome, delivered = accepted(decode_body(b'[{"a":1}, 7, {"_event_id":"x"}, {"a":2}]'))
    answer = outcome.as_json()
    assert answer["accepted"] == 2
    assert [(r["index"], r["error_id"]) for r in answer["rejected"]] == [(1, 100), (2, 106)]
    assert [json.loads(line)["a"] for line in delivered[0].splitlines()] == [1, 2]


def test_a_single_bad_event_is_its_own_error() -> None:
    with pytest.raises(AuguryError) as refused:
        accepted(decode_body(b"7"))
    assert refused.value.kind is Kind.NOT_AN_OBJECT


def test_a_request_of_bad_events_only_is_a_400_that_names_each() -> None:
    with pytest.raises(AuguryError) as refused:
        accepted(decode_body(b"[1, 2]"))
    assert refused.value.status == 400
    assert [detail.loc for detail in refused.value.details] == [(0,), (1,)]


def test_nothing_is_answered_before_delivery_succeeds() -> None:
    def fail(records: Sequence[bytes]) -> None:
        raise AuguryError(Kind.UNAVAILABLE)

    with pytest.raises(AuguryError) as refused:
        accept(decode_body(b"{}"), client=ClientName("acme"), received_at=AT, deliver=fail)
    assert refused.value.status == 503
    assert refused.value.retry_after_s == 1
