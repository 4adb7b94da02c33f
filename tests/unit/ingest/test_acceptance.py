"""Which events of a request are kept, and what the caller is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from augury.errors import AuguryError, Kind
from augury.ingest import Outcome, Submission, accept, decode_body
from augury.names import ClientName

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


ACME = Submission(ClientName("acme"), AT)


def accepted(body: bytes, submission: Submission = ACME) -> tuple[Outcome, list[bytes]]:
    delivered: list[bytes] = []

    def deliver(records: Sequence[bytes]) -> Sequence[bytes]:
        delivered.extend(records)
        return ()

    return accept(lambda: decode_body(body), submission, deliver), delivered


def refused(outcome: Outcome) -> AuguryError:
    assert outcome.error is not None
    return outcome.error


def test_one_event_is_answered_with_its_stored_text() -> None:
    outcome, delivered = accepted(b'{"f1":5.1}')
    text = outcome.as_json()["json"]
    assert json.loads(text)["f1"] == 5.1
    assert delivered == [text.encode() + b"\n"]


def test_good_events_are_kept_and_bad_ones_named_by_their_place() -> None:
    outcome, delivered = accepted(b'[{"a":1}, 7, {"_event_id":"x"}, {"a":2}]')
    answer = outcome.as_json()
    assert answer["accepted"] == 2
    assert [(r["index"], r["error_id"]) for r in answer["rejected"]] == [(1, 100), (2, 106)]
    assert [json.loads(line)["a"] for line in delivered[0].splitlines()] == [1, 2]


def test_a_single_bad_event_is_its_own_error() -> None:
    outcome, _ = accepted(b"7")
    assert refused(outcome).kind is Kind.NOT_AN_OBJECT


def test_a_request_of_bad_events_only_is_a_400_that_names_each() -> None:
    outcome, delivered = accepted(b"[1, 2]")
    assert refused(outcome).status == 400
    assert [detail.loc for detail in refused(outcome).details] == [(0,), (1,)]
    assert (outcome.accepted, len(outcome.rejected), delivered) == (0, 2, [])


def test_a_request_that_cannot_be_read_is_one_refusal_without_a_place() -> None:
    outcome, delivered = accepted(b"{")
    assert refused(outcome).kind is Kind.INVALID_JSON
    assert ([rejection.index for rejection in outcome.rejected], delivered) == ([None], [])


def test_a_time_of_sending_that_is_none_refuses_the_request() -> None:
    outcome, delivered = accepted(b"{}", Submission(ClientName("acme"), AT, sent_at="yesterday"))
    assert [detail.loc for detail in refused(outcome).details] == [("sent_at",)]
    assert delivered == []


def test_events_in_spilled_records_are_counted() -> None:
    outcome = accept(lambda: decode_body(b"[{},{},{}]"), ACME, deliver=lambda records: records)
    assert (outcome.accepted, outcome.spilled, outcome.not_delivered) == (3, 3, 0)


def test_nothing_counts_as_accepted_before_delivery_succeeds() -> None:
    def fail(records: Sequence[bytes]) -> Sequence[bytes]:
        raise AuguryError(Kind.UNAVAILABLE)

    outcome = accept(lambda: decode_body(b"[{},{},7]"), ACME, fail)
    assert (refused(outcome).status, refused(outcome).retry_after_s) == (503, 1)
    assert (outcome.accepted, outcome.not_delivered, len(outcome.rejected)) == (0, 2, 1)
