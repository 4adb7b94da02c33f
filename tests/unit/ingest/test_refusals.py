"""Refused events on their way to a stream of their own."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from augury.aws import AwsUnavailable, DeliveryStream, PutOutcome
from augury.ingest import RefusalLog, Submission, accept, decode_body
from augury.ingest.refusals import MAX_BYTES_PER_MINUTE, MAX_PER_REQUEST, MAX_TEXT_BYTES
from augury.names import ClientName

ACME = Submission(ClientName("acme"), datetime(2026, 11, 23, 9, 30, tzinfo=UTC), request_id="req-1")


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class RecordingStream(DeliveryStream):
    """A stream that keeps what it is given, or fails while it is told to."""

    records: list[bytes] = field(default_factory=list)
    calls: int = 0
    fails: bool = False
    name: str = "refusals"

    def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
        self.calls += 1
        if self.fails:
            raise AwsUnavailable("timed out")
        self.records += records
        return PutOutcome(())

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for record in self.records for line in record.splitlines()]


@pytest.fixture
def stream() -> RecordingStream:
    return RecordingStream()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(stream: RecordingStream, clock: Clock) -> RefusalLog:
    return RefusalLog(lambda: stream, clock)


def refuse(log: RefusalLog, body: bytes, content_type: str = "", submission: Submission = ACME) -> int:
    outcome = accept(lambda: decode_body(body, content_type), submission, deliver=lambda _: ())
    return log.keep(outcome, submission, body)


def test_a_refusal_says_what_was_sent_by_whom_when_and_why(log: RefusalLog, stream: RecordingStream) -> None:
    assert refuse(log, b'[{"a":1}, {"a":1, "a" : 2.0}]') == 1
    (line,) = stream.lines
    assert line == {
        "client": "acme",
        "request_id": "req-1",
        "index": 1,
        "error_id": 101,
        "error_msg": "An object names a key twice",
        "details": [],
        "reason": "DUPLICATE_KEY",
        "_received_at": "2026-11-23T09:30:00.000Z",
        "size_bytes": 18,
        "text": '{"a":1, "a" : 2.0}',
    }


def test_bad_lines_of_ndjson_are_kept_byte_for_byte(log: RefusalLog, stream: RecordingStream) -> None:
    refuse(log, b'{"a":1}\n{"a":\xff}\n7\n', "application/x-ndjson")
    assert [(line["index"], line.get("base64"), line.get("text")) for line in stream.lines] == [
        (1, base64.b64encode(b'{"a":\xff}').decode(), None),
        (2, None, "7"),
    ]


def test_a_body_that_cannot_be_read_is_kept_as_a_whole(log: RefusalLog, stream: RecordingStream) -> None:
    refuse(log, b'{"a":')
    assert [(line["index"], line["text"]) for line in stream.lines] == [(None, '{"a":')]


@pytest.mark.parametrize("size", [MAX_TEXT_BYTES - 1, MAX_TEXT_BYTES, MAX_TEXT_BYTES + 1])
def test_eight_kib_of_a_refusal_are_kept(log: RefusalLog, stream: RecordingStream, size: int) -> None:
    refuse(log, b"x" * size)
    (line,) = stream.lines
    assert (len(line["text"]), line["size_bytes"]) == (min(size, MAX_TEXT_BYTES), size)


def test_a_character_that_is_cut_through_is_left_out(log: RefusalLog, stream: RecordingStream) -> None:
    refuse(log, b"x" + "é".encode() * MAX_TEXT_BYTES)
    (line,) = stream.lines
    assert line["text"] == "x" + "é" * ((MAX_TEXT_BYTES - 1) // 2)


def test_of_a_request_one_hundred_are_kept(log: RefusalLog, stream: RecordingStream) -> None:
    assert refuse(log, b"[" + b",".join([b"7"] * 150) + b"]") == MAX_PER_REQUEST
    assert [line["index"] for line in stream.lines] == list(range(MAX_PER_REQUEST))


def test_a_client_has_a_megabyte_kept_in_a_minute_and_others_none_the_less(
    log: RefusalLog, stream: RecordingStream, clock: Clock
) -> None:
    kept = [refuse(log, b"x" * MAX_TEXT_BYTES) for _ in range(200)]
    assert 0 < sum(kept) < 200
    assert sum(map(len, stream.records)) <= MAX_BYTES_PER_MINUTE + len(stream.records)
    assert refuse(log, b"x", submission=Submission(ClientName("other"), ACME.received_at)) == 1
    clock.now_s += 60
    assert refuse(log, b"x") == 1


def test_a_stream_that_fails_is_left_alone_for_half_a_minute(
    log: RefusalLog, stream: RecordingStream, clock: Clock
) -> None:
    stream.fails = True
    assert [refuse(log, b"x") for _ in range(3)] == [0, 0, 0]
    assert stream.calls == 1
    stream.fails, clock.now_s = False, clock.now_s + 30
    assert refuse(log, b"x") == 1


def test_good_events_cost_no_call(log: RefusalLog, stream: RecordingStream) -> None:
    assert refuse(log, b"[{},{}]") == 0
    assert stream.calls == 0
