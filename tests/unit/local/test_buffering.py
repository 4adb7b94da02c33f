from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from augury.local.buffering import Batch, Buffer, BufferingHints

START = datetime(2026, 11, 23, 9, tzinfo=UTC)

hints = st.builds(
    BufferingHints, size_bytes=st.integers(1, 50), interval=st.integers(0, 20).map(lambda s: timedelta(seconds=s))
)
arrivals = st.lists(st.tuples(st.binary(max_size=20), st.integers(0, 30)), max_size=60)


def _deliver(hints: BufferingHints, arrivals: list[tuple[bytes, int]]) -> tuple[list[Batch], list[timedelta]]:
    """Run arrivals through a buffer that is looked at every second; return its batches and how long each waited."""
    buffer, now, batches, waits = Buffer(hints), START, [], []

    def keep(batch: Batch | None) -> None:
        if batch is not None:
            batches.append(batch)
            waits.append(now - batch.first_arrival)

    for record, pause_s in arrivals:
        for _ in range(pause_s):
            now += timedelta(seconds=1)
            keep(buffer.take_due(now))
        keep(buffer.add(record, now))
    keep(buffer.take())
    assert buffer.take() is None
    return batches, waits


@given(hints, arrivals)
def test_nothing_is_lost_doubled_or_reordered(hints: BufferingHints, arrivals: list[tuple[bytes, int]]) -> None:
    batches, _ = _deliver(hints, arrivals)

    assert [record for batch in batches for record in batch.records] == [record for record, _ in arrivals]


@given(hints, arrivals)
def test_a_buffer_is_delivered_by_the_record_that_fills_it(
    hints: BufferingHints, arrivals: list[tuple[bytes, int]]
) -> None:
    batches, _ = _deliver(hints, arrivals)

    assert all(sum(map(len, batch.records[:-1])) < hints.size_bytes for batch in batches)


@given(hints, arrivals)
def test_no_record_waits_longer_than_the_interval(hints: BufferingHints, arrivals: list[tuple[bytes, int]]) -> None:
    _, waits = _deliver(hints, arrivals)

    assert all(wait <= max(hints.interval, timedelta(seconds=1)) for wait in waits)


def test_a_batch_joins_its_records_without_a_delimiter() -> None:
    assert Batch((b"a", b"b\n", b"c"), START).data == b"ab\nc"


def test_the_interval_counts_from_the_oldest_record() -> None:
    buffer = Buffer(BufferingHints(size_bytes=100, interval=timedelta(seconds=10)))

    assert buffer.add(b"old", START) is None
    assert buffer.add(b"new", START + timedelta(seconds=9)) is None

    assert buffer.take_due(START + timedelta(seconds=10)) == Batch((b"old", b"new"), START)
    assert buffer.take_due(START + timedelta(seconds=99)) is None
