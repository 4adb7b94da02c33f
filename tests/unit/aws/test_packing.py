"""Lines into records, and records into calls."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from augury.aws.packing import pack_batches, pack_records
from augury.aws.streams import MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES


@given(st.lists(st.binary(min_size=1, max_size=9).map(lambda line: line.replace(b"\n", b"."))))
def test_records_hold_every_line_once_in_order_and_keep_to_the_limit(lines: list[bytes]) -> None:
    records = pack_records(lines, limit_bytes=10)
    assert b"".join(records) == b"".join(line + b"\n" for line in lines)
    assert all(0 < len(record) <= 10 and record.endswith(b"\n") for record in records)


@given(st.lists(st.binary(min_size=1, max_size=5)))
def test_no_two_neighbouring_records_could_have_been_one(lines: list[bytes]) -> None:
    records = pack_records([line.replace(b"\n", b".") for line in lines], limit_bytes=10)
    for record, following in pairwise(records):
        assert len(record) + following.index(b"\n") + 1 > 10


def test_a_thousand_small_events_travel_in_one_record() -> None:
    assert len(pack_records([b"x" * 300] * 1_000)) == 1


def test_batches_keep_to_the_limits_of_one_call() -> None:
    many = list(pack_batches([b"x"] * 1_001))
    assert [len(batch) for batch in many] == [MAX_BATCH_RECORDS, MAX_BATCH_RECORDS, 1]

    large = list(pack_batches([b"x" * MAX_RECORD_BYTES] * 5))
    assert [len(batch) for batch in large] == [4, 1]
    assert all(sum(map(len, batch)) <= MAX_BATCH_BYTES for batch in large)
