"""The lines of one file of a day: in order, whole, and each event once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from augury.events import distinct_events
from augury.split.bulk.layout import Parts
from augury.split.bulk.merging import merge
from augury.split.bulk.packing import Packer, dealt
from augury.split.bulk.records import bucket_of, line_of, mark_of, record_of, record_of_line
from augury.split.lines import Owner
from tests.bulk_scenario import ACME, DAY, line
from tests.split_cases import LINES

LINE = st.builds(
    lambda n, event_id, second, timestamp: line("acme", n, event_id=event_id, second=second, note=timestamp),
    st.integers(0, 2),
    st.sampled_from([None, "", "an-id-that-some-share"]),
    st.integers(0, 3),
    st.sampled_from([1, 1.5, "x"]),
)


def records_of(lines: list[bytes]) -> list[bytes]:
    return [record_of(text, json.loads(text)["_received_at"], json.loads(text).get("_event_id")) for text in lines]


@given(st.lists(LINE, max_size=30), st.randoms())
def test_order_makes_no_difference_and_what_stays_is_what_readers_keep(lines: list[bytes], random: object) -> None:
    merged = merge(records_of(lines))
    shuffled = lines[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(records_of(shuffled)) == merged
    assert len(merged.lines) == len(distinct_events([json.loads(text) for text in lines]))
    assert len(merged.lines) + merged.duplicates == len(lines)
    assert Counter(merged.lines) <= Counter(lines)
    times = [json.loads(text)["_received_at"] for text in merged.lines]
    assert times == sorted(times)


@given(st.lists(LINE, max_size=30), st.integers(1, 5))
def test_copies_of_an_event_meet_in_one_file_whatever_the_number_of_files(lines: list[bytes], parts: int) -> None:
    packer, owner = Packer(), Owner(ACME, DAY)
    packer.add(owner, records_of(lines), 1)
    hands: list[list[bytes]] = [[] for _ in range(parts)]
    for block in packer.blocks():
        for part, packed in dealt(block, Parts(tuple(range(parts)))):
            hands[part] += packed.split(b"\n")
    together = merge(records_of(lines))
    apart = [merge(hand) for hand in hands]
    assert Counter(text for merged in apart for text in merged.lines) == Counter(together.lines)
    assert sum(merged.duplicates for merged in apart) == together.duplicates
    assert sum(merged.conflicts for merged in apart) == together.conflicts


def test_whatever_a_file_holds_its_lines_are_kept_byte_for_byte() -> None:
    texts = [text for text, _ in LINES.values() if b"\n" not in text]
    for text in texts:
        try:
            event = orjson.loads(text)
        except ValueError:
            event = None
        fields = event if isinstance(event, dict) else {}
        record = record_of(text, fields.get("_received_at"), fields.get("_event_id"))
        assert line_of(record) == text
        assert bucket_of(record, 7) < 7


TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(['"_event_id":"x"', '","_event_id":"y","'])
NAMES = st.sampled_from(["_event_id", "_received_at", "client", "n"]) | TEXTS
VALUES = st.recursive(
    TEXTS | st.integers(0, 9) | st.sampled_from(["2026-11-23T09:30:00.000Z", "an-id"]),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.booleans())
def test_a_record_of_a_line_that_is_not_parsed_is_that_of_the_parsed_one(event: dict[str, Any], ours: bool) -> None:
    if ours:
        event = {**event, "_event_id": event.pop("_event_id", "an-id"), "_received_at": "2026-11-23T09:30:00.000Z"}
    for text in (orjson.dumps(event), json.dumps(event).encode(), b"[%b]" % orjson.dumps(event)):
        found = orjson.loads(text)
        fields = found if isinstance(found, dict) else {}
        assert record_of_line(text) == record_of(text, fields.get("_received_at"), fields.get("_event_id"))


def test_what_is_no_event_stays_beside_events_of_the_id_that_it_seems_to_have() -> None:
    good = b'{"_event_id":"a","_received_at":"2026-11-23T09:30:00.000Z"}'
    junk = b'?,"_event_id":"a","_received_at":"2026-11-23T09:30:00.000Z"}'
    merged = merge([record_of_line(text) for text in (good, junk, good, junk)])
    assert Counter(merged.lines) == Counter([good, junk, junk])


def test_an_id_that_is_no_text_is_compared_too() -> None:
    same = [b'{"_event_id":{"a":1,"b":2}}', b'{"_event_id":{"b":2,"a":1}}', b'{"_event_id":7}']
    assert len(merge([record_of(text, "", orjson.loads(text)["_event_id"]) for text in same]).lines) == 2


def test_events_too_deep_to_be_compared_all_stay() -> None:
    deep = b'{"a":%s%s,"_event_id":"deep"}' % (b"[" * 600, b"]" * 600)
    assert merge([record_of(deep, "", "deep")] * 2).lines == [deep, deep]


def test_a_timestamp_that_is_the_callers_stays_known_as_such() -> None:
    """Of two copies the one stays that shows it: a third at another second is then a conflict, now as before."""
    at, id_ = "2026-11-23T10:00:0{}.000Z", "x"
    second = 1_795_428_000
    first = json.dumps({"timestamp": second, "_event_id": id_, "_received_at": at.format(0)}).encode()
    evidence = json.dumps({"timestamp": second, "_event_id": id_, "_received_at": at.format(4)}).encode()
    later = json.dumps({"timestamp": second + 5, "_event_id": id_, "_received_at": at.format(5)}).encode()
    assert merge(records_of([first, evidence])).lines == [evidence]
    at_once = merge(records_of([first, evidence, later]))
    in_turn = merge(records_of([*merge(records_of([first, evidence])).lines, later]))
    assert in_turn.lines == at_once.lines
    assert len(at_once.lines) == 2


def test_lines_without_an_id_are_spread_too() -> None:
    records = [record_of(b'{"n":%d}' % n, "2026-11-23T10:00:00.000Z", None) for n in range(1_000)]
    assert len({bucket_of(record, 4) for record in records}) == 4
    assert all(mark_of(record).startswith(b"-") for record in records)
