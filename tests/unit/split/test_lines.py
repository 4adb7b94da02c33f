"""From a line to its client and day."""

from __future__ import annotations

import json
from base64 import b64decode
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from augury.split import MAX_LINE_BYTES, FailedLine, Owner, Reason, owner_of, sort_blocks
from augury.split.sorting import _one_day, sort_carefully
from tests.split_cases import LINES, NINE, RAW_LINES, event, expected_of


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_a_line_has_one_owner_or_a_reason_for_having_none(line: bytes, expected: Owner | Reason) -> None:
    assert owner_of(line) == expected


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES)
def test_among_good_lines_it_has_the_same(line: bytes, expected: Owner | Reason) -> None:
    neighbours = [event(n=1), event(n=2)]
    (found,) = sort_blocks([b"\n".join([neighbours[0], line, neighbours[1]])])
    wanted = expected_of([neighbours[0], line, neighbours[1]])
    assert found.lines == wanted.lines
    assert [tuple(failure) for failure in found.failures] == wanted.failures


@given(st.lists(RAW_LINES, max_size=4))
def test_the_quick_way_sorts_as_the_careful_one(blocks: list[list[bytes]]) -> None:
    number = 1
    for block, found in zip(blocks, sort_blocks(map(b"\n".join, blocks)), strict=True):
        lines = block or [b""]
        assert found == sort_carefully(lines, number)
        number += len(lines)


NAMES = st.sampled_from(["client", "_received_at", "cl\\u0069ent", "\\u005freceived_at", "a", "\\u0061"])
VALUES = st.sampled_from(['"acme"', '"2026-11-23T09:30:00Z"', '{"client":"x"}', "1", '"\\"client\\""'])


@given(st.lists(st.lists(st.tuples(NAMES, VALUES), max_size=5), min_size=1, max_size=4))
@example([[("client", '"acme"'), ("_received_at", '"2026-11-23T09:30:00Z"'), ("client", '"acme"')], []])
def test_no_line_gets_an_owner_by_a_name_that_it_has_twice(objects: list[list[tuple[str, str]]]) -> None:
    lines = ["{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}" for pairs in objects]
    (found,) = sort_blocks(["\n".join(lines).encode()])
    for line in (line for group in found.lines.values() for line in group):
        names = json.loads(line, object_pairs_hook=lambda pairs: [name for name, _ in pairs])
        assert (names.count("client"), names.count("_received_at")) == (1, 1)


@given(st.lists(st.integers(0, 96), max_size=5), st.sampled_from([NINE, "2026-11-23T23:59:59.999Z"]))
def test_times_are_taken_for_times_of_a_day_only_where_each_is_one(cuts: list[int], other: str) -> None:
    row = NINE + other + NINE + other
    times = [row[start:end] for start, end in pairwise(sorted([0, *cuts, len(row)]))]
    assert (_one_day(times) is not None) == all(time in (NINE, other) for time in times)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_sorting(line: bytes) -> None:
    owner_of(line)


@given(st.binary(max_size=50))
def test_a_failed_line_can_be_had_back_from_its_record(line: bytes) -> None:
    record = json.loads(FailedLine(7, line, Reason.NOT_JSON).record("logs/a.gz"))
    kept = b64decode(record["base64"]) if "base64" in record else record["text"].encode()
    assert (kept, record["source"], record["line"], record["reason"]) == (line, "logs/a.gz", 7, "not JSON")


def test_of_a_line_that_is_too_long_the_beginning_is_kept() -> None:
    record = json.loads(FailedLine(1, b"x" * (MAX_LINE_BYTES + 1), Reason.TOO_LONG).record("a"))
    assert (record["text"], record["reason"]) == ("x" * 8_192, "longer than 262144 bytes")
