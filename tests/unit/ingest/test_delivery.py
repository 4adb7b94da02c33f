"""Records into a stream that refuses some of them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from augury.aws import AwsUnavailable, ObjectStore, PutOutcome
from augury.aws.connection import Connection
from augury.errors import AuguryError, Kind
from augury.ingest import SPILL_S, STREAM_TRY_S, Clock, Sink
from augury.lake import direct_feedback_key, raw_feedback_hour
from infra.stages import STAGES
from tests.streams import ScriptedStream


class SteppedClock(Clock):
    """A clock that moves only when something sleeps."""

    def __init__(self) -> None:
        object.__setattr__(self, "elapsed_s", 0.0)
        super().__init__(now=lambda: self.elapsed_s, sleep=self._step)

    elapsed_s: float

    def _step(self, seconds: float) -> None:
        object.__setattr__(self, "elapsed_s", self.elapsed_s + seconds)


AT = datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


def spilled(store: ObjectStore) -> dict[str, bytes]:
    return {summary.key: gzip.decompress(store.get(summary.key)) for summary in store.list("")}


def test_only_refused_records_are_sent_again(store: ObjectStore, clock: SteppedClock) -> None:
    stream = ScriptedStream([1], [0])
    assert Sink(stream, lambda: store, clock).keep([b"a", b"b", b"c"], AT, within_s=24) == ()
    assert stream.calls == [[b"a", b"b", b"c"], [b"b"], [b"b"]]
    assert sorted(stream.accepted) == [b"a", b"b", b"c"]
    assert spilled(store) == {}


def test_a_call_that_fails_whole_is_made_again(store: ObjectStore, clock: SteppedClock) -> None:
    stream = ScriptedStream(AwsUnavailable("throttled"))
    Sink(stream, lambda: store, clock).keep([b"a"], AT, within_s=24)
    assert stream.accepted == [b"a"]


def test_what_the_stream_will_not_take_is_spilled_and_nothing_else(store: ObjectStore, clock: SteppedClock) -> None:
    stream = ScriptedStream(*[[1]], *[[0]] * 1_000)
    kept = Sink(stream, lambda: store, clock).keep([b"a\n", b"b\n", b"c\n"], AT, within_s=24)

    assert kept == (b"b\n",)
    ((key, body),) = spilled(store).items()
    assert re.fullmatch(r"spill/events/2026/11/23/09/[0-9a-f-]{36}\.gz", key)
    assert body == b"b\n"
    assert sorted(stream.accepted) == [b"a\n", b"c\n"]


def test_a_spill_lies_in_the_utc_hour_of_its_events(store: ObjectStore, clock: SteppedClock) -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    Sink(ScriptedStream(*[[0]] * 1_000), lambda: store, clock).keep([b"a\n"], elsewhere, within_s=24)
    (key,) = spilled(store)
    assert key.startswith("spill/events/2026/11/23/09/")


def test_the_stream_is_given_up_after_four_seconds(store: ObjectStore, clock: SteppedClock) -> None:
    Sink(ScriptedStream(*[[0]] * 1_000), lambda: store, clock).keep([b"a\n"], AT, within_s=24)
    assert 2 < clock.elapsed_s < 4


def test_a_stream_that_hangs_leaves_time_to_spill(store: ObjectStore, clock: SteppedClock) -> None:
    class HangingStream(ScriptedStream):
        def put_batch(self, records: Sequence[bytes]) -> PutOutcome:
            self.calls.append(list(records))
            clock.sleep(STREAM_TRY_S)
            raise AwsUnavailable("timed out")

    stream = HangingStream()
    records = [b"x" * 1_000_000 + b"\n"] * 16  # four calls' worth
    assert len(Sink(stream, lambda: store, clock).keep(records, AT, within_s=24)) == 16
    assert clock.elapsed_s + SPILL_S <= 24
    assert len(stream.calls) == 1


def test_without_time_for_the_stream_the_record_is_spilled_at_once(store: ObjectStore, clock: SteppedClock) -> None:
    stream = ScriptedStream()
    assert Sink(stream, lambda: store, clock).keep([b"a\n"], AT, within_s=SPILL_S + 1) == (b"a\n",)
    assert stream.calls == []


def test_it_is_503_only_if_the_spill_fails_too(aws: Connection, clock: SteppedClock) -> None:
    nowhere = ObjectStore(aws.s3(), "no-such-bucket")
    with pytest.raises(AuguryError) as refused:
        Sink(ScriptedStream(*[[0]] * 1_000), lambda: nowhere, clock).keep([b"a\n"], AT, within_s=24)
    assert refused.value.kind is Kind.UNAVAILABLE
    Sink(ScriptedStream(), lambda: nowhere, clock).keep([b"a\n"], AT, within_s=24)


def test_every_step_fits_the_time_of_the_function() -> None:
    for stage in STAGES:
        assert stage.ingest.timeout_s > 1 + STREAM_TRY_S * 2 + SPILL_S


def test_a_spill_goes_where_its_owner_says(store: ObjectStore, clock: SteppedClock) -> None:
    stream = ScriptedStream(*[AwsUnavailable("down")] * 1_000)
    Sink(stream, lambda: store, clock, spill_key=direct_feedback_key).keep([b"a\n"], AT, within_s=24)
    ((key, body),) = spilled(store).items()
    assert key.startswith(raw_feedback_hour(AT))
    assert body == b"a\n"
