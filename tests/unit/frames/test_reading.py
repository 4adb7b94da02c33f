"""A client's events as a frame."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import compress
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.aws import AwsUnavailable, ObjectStore, ObjectSummary
from augury.aws.connection import Connection
from augury.events import distinct_events
from augury.frames import Events, iter_events, read_events
from augury.frames.columns import Columns
from augury.frames.distinct import Sieve
from augury.lake import client_day
from augury.names import ClientName

ACME = ClientName("acme")
DAY, NEXT = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def lake(aws: Connection, store: ObjectStore) -> tuple[Connection, ObjectStore]:
    return aws, store


def put(store: ObjectStore, name: str, *events: dict[str, Any], client: ClientName = ACME, day: date = DAY) -> None:
    text = "".join(json.dumps(event) + "\n" for event in events).encode()
    store.put(client_day(client, day) + name, gzip.compress(text) if name.endswith(".gz") else text)


def read(lake: tuple[Connection, ObjectStore], first: date = DAY, last: date = DAY) -> Events:
    return read_events(lake[0], lake[1].bucket, ACME, first, last)


def test_split_output_and_drops_of_the_days_are_read_and_nothing_else(lake: tuple[Connection, ObjectStore]) -> None:
    store = lake[1]
    put(store, "augury-1.json.gz", {"n": 1, "_event_id": "a"})
    put(store, "history.ndjson", {"n": 2, "_event_id": "b"})
    put(store, "augury-2.json.gz", {"n": 3, "_event_id": "c"}, day=NEXT)
    put(store, "augury-3.json.gz", {"n": 4, "_event_id": "d"}, day=date(2026, 11, 25))
    put(store, "augury-4.json.gz", {"n": 5, "_event_id": "e"}, client=ClientName("acme-2"))

    assert sorted(read(lake).frame["n"]) == [1, 2]
    both = read(lake, DAY, NEXT)
    assert (sorted(both.frame["n"]), both.objects) == ([1, 2, 3], 3)


def test_text_that_looks_like_something_else_stays_text(lake: tuple[Connection, ObjectStore]) -> None:
    event = {"zip": "007", "date": "2026-11-23", "created_at": "2026-11-23T00:00:00Z", "modified": 5, "timestamp": 1.5}
    put(lake[1], "augury-1.json.gz", {**event, "_event_id": "a"})
    (row,) = read(lake).frame.drop(columns="_event_id").to_dict("records")
    assert row == event


def test_floats_come_back_as_they_were_written(lake: tuple[Connection, ObjectStore]) -> None:
    values = [0.1, 5.1, 1e-300, 1.7976931348623157e308, 2.2250738585072014e-308, 0.30000000000000004]
    put(lake[1], "augury-1.json.gz", *({"x": value, "_event_id": str(n)} for n, value in enumerate(values)))
    assert read(lake).frame["x"].tolist() == values


def test_duplicates_are_left_out_and_conflicts_kept(lake: tuple[Connection, ObjectStore]) -> None:
    received = {"timestamp": 1795392000, "_received_at": "2026-11-23T00:00:00.250Z"}
    once = {"n": 1, "_event_id": "a", "client": "acme", **received}
    again = {**once, "timestamp": 1795392001, "_received_at": "2026-11-23T00:00:01Z"}
    conflicts = [{**once, "n": n} for n in (2, "1", True)] + [{**once, "timestamp": 7}]
    put(lake[1], "augury-1.json.gz", once, {**once, "_event_id": "b", "list": [1]})
    put(lake[1], "augury-2.json.gz", again, again, *conflicts)
    events = read(lake)
    assert [n for n in events.frame["n"] if n is not True] == [1, 1, 2, "1", 1]
    assert events.duplicates == 2


def test_rows_without_an_id_repeat_none(lake: tuple[Connection, ObjectStore]) -> None:
    put(lake[1], "history.ndjson", {"n": 1}, {"n": 1})
    put(lake[1], "augury-1.json.gz", {"n": 1, "_event_id": "a"})
    assert read(lake).frame["n"].tolist() == [1, 1, 1]


def test_every_number_that_is_accepted_can_be_read(lake: tuple[Connection, ObjectStore]) -> None:
    put(lake[1], "augury-1.json.gz", {"x": 5e-324, "n": 2**63 - 1, "text": 'a,"b"\t\u2028\r\n', "_event_id": "a"})
    (row,) = read(lake).frame.to_dict("records")
    assert (row["x"], row["n"], row["text"]) == (5e-324, 2**63 - 1, 'a,"b"\t\u2028\r\n')


@pytest.mark.parametrize("line", ["{", "[1]", "7"])
def test_a_line_that_is_no_event_is_left_out_and_named_by_its_file_and_number(
    lake: tuple[Connection, ObjectStore], line: str
) -> None:
    lake[1].put(client_day(ACME, DAY) + "history.ndjson", f'{{"n":1}}\n{line}\n{{"n":2}}\n'.encode())
    events = read(lake)
    assert events.frame["n"].tolist() == [1, 2]
    (skipped,) = events.skipped
    assert (skipped.rows, str(skipped)[:80]) == (
        1,
        "clients/acme/events/2026/11/23/history.ndjson: 1 row is no events; the first is row 2: "[:80],
    )


def test_what_is_not_read_is_named(lake: tuple[Connection, ObjectStore]) -> None:
    for name in ("notes.txt", "_SUCCESS", "empty.json", "folder/"):
        lake[1].put(client_day(ACME, DAY) + name, b"")
    lake[1].put(client_day(ACME, DAY) + "cut.json.gz", gzip.compress(b'{"n":7}\n' * 1_000)[:-9])
    put(lake[1], "augury-1.json.gz", {"n": 1, "_event_id": "a"})
    events = read(lake)
    assert (events.frame["n"].tolist(), events.objects) == ([1], 1)
    assert [(skip.key.rpartition("/")[2], skip.rows, skip.reason[:24]) for skip in events.skipped] == [
        ("_SUCCESS", None, "its name says no format:"),
        ("empty.json", None, "is empty"),
        ("notes.txt", None, "its name says no format:"),
        ("cut.json.gz", None, "the gzip data is cut sho"),
    ]


def test_rows_of_another_client_are_left_out_and_reported(lake: tuple[Connection, ObjectStore]) -> None:
    put(lake[1], "history.json", {"n": 1}, {"n": 2, "client": "acme"}, {"n": 3, "client": "other"}, {"client": None})
    events = read(lake)
    assert events.frame["n"].tolist() == [1, 2]
    (skipped,) = events.skipped
    assert (skipped.rows, skipped.reason) == (2, "2 rows are of another client; the first is row 3, of 'other'")


def parquet(columns: dict[str, list[Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


VALUE = {"n": 2**53 + 1, "x": 0.5, "flag": True, "zip": "007", "tags": ["a", "b"], "note": "1.10"}


@pytest.mark.parametrize("packed", [False, True])
def test_the_same_value_has_the_same_type_whatever_it_came_in(
    lake: tuple[Connection, ObjectStore], packed: bool
) -> None:
    flat = {name: value for name, value in VALUE.items() if name != "tags"}
    in_csv = ",".join(json.dumps(value) if isinstance(value, bool) else str(value) for value in flat.values())
    drops = {
        "object.json": json.dumps(VALUE, indent=2).encode(),
        "array.json": json.dumps([VALUE]).encode(),
        "lines.ndjson": json.dumps(VALUE).encode(),
        "table.csv": f"{','.join(flat)}\n{in_csv}\n".encode(),
        "table.parquet": parquet({name: [value] for name, value in VALUE.items()}),
    }
    put(lake[1], "augury-1.json.gz", {**VALUE, "_event_id": "a"})
    alone = read(lake).frame[list(VALUE)]
    assert alone.dtypes.astype(str).to_dict() == {
        "n": "int64", "x": "float64", "flag": "bool", "zip": "str", "tags": "object", "note": "str",
    }  # fmt: skip
    for name, content in drops.items():
        key = client_day(ACME, DAY) + name + ".gz" * packed
        lake[1].put(key, gzip.compress(content) if packed else content)
    events = read(lake)
    assert (events.objects, events.skipped) == (6, ())
    assert events.frame[list(flat)].equals(pd.concat([alone] * 6, ignore_index=True)[list(flat)])
    assert sorted(events.frame["tags"].map(str)) == ["None"] + ["['a', 'b']"] * 5


def test_integers_keep_their_precision_where_events_lack_them(lake: tuple[Connection, ObjectStore]) -> None:
    put(lake[1], "history.json", {"n": 2**53 + 1, "flag": True}, {"n": None}, {"n": -(2**63)}, {"n": 2**63 - 1})
    frame = read(lake).frame
    assert (str(frame["n"].dtype), str(frame["flag"].dtype)) == ("Int64", "boolean")
    assert frame["n"].dropna().tolist() == [2**53 + 1, -(2**63), 2**63 - 1]


VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=2)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.just(1) | VALUES,
        "b": st.lists(st.integers(-9, 9), max_size=2),
        "_event_id": st.sampled_from(["x", "y", 7]),
        "timestamp": st.sampled_from([1795426200, 1795426202, 5, 5.0]),
        "client_timestamp": st.just(4),
        "_received_at": st.sampled_from(["2026-11-23T09:30:00.000Z", "2026-11-23T09:30:02.250Z"]),
    },
)


@given(st.lists(EVENTS, max_size=12))
def test_a_sieve_keeps_what_the_rule_of_events_keeps(events: list[dict[str, Any]]) -> None:
    sieve = Sieve()
    for event in events:
        sieve.note(event)
    assert list(compress(events, sieve.kept())) == distinct_events(events)


@given(st.lists(EVENTS, max_size=12), st.integers(0, 12))
def test_what_was_surveyed_in_parts_is_as_if_at_once(events: list[dict[str, Any]], cut: int) -> None:
    whole, first, second = Columns(), Columns(), Columns()
    for number, event in enumerate(events):
        whole.note(event)
        (first if number < cut else second).note(event)
    first.merge(second)
    assert first.types() == whole.types()
    for name, column in whole.frame(events).items():
        values = [event.get(str(name)) for event in events]
        for value, found in zip(values, column.tolist(), strict=True):
            # Beside a float an integer is one too, which can't tell those beyond 2**53 apart.
            expected = float(value) if isinstance(found, float) and isinstance(value, int) else value
            assert found == expected or (value is None and pd.isna(found))


def test_frames_of_so_many_rows_are_the_one_frame_in_parts(lake: tuple[Connection, ObjectStore]) -> None:
    late = {"late": 2**60 + 1, "mixed": "text"}
    for number in range(5):
        some = [{"n": row, "mixed": row, "_event_id": f"{row % 7}"} for row in range(number, number + 5)]
        put(lake[1], f"augury-{number}.json.gz", *some, *([late] if number == 4 else []))
    lake[1].put(client_day(ACME, DAY) + "cut.json.gz", gzip.compress(b'{"cut":7}\n' * 1_000)[:-9])
    whole = read(lake)
    parts = list(iter_events(lake[0], lake[1].bucket, ACME, DAY, DAY, chunk_rows=4))
    assert [len(part.frame) for part in parts[:-1]] == [4] * (len(parts) - 1)
    assert pd.concat([part.frame for part in parts]).equals(whole.frame)
    assert {str(part.frame.dtypes.to_dict()) for part in parts} == {str(whole.frame.dtypes.to_dict())}
    for part in parts:
        counts = (part.objects, part.duplicates, part.conflicts, part.skipped)
        assert counts == (whole.objects, whole.duplicates, whole.conflicts, whole.skipped)
    assert (whole.objects, whole.duplicates, whole.conflicts) == (5, 16, 2)


def test_a_range_without_events_is_one_frame_without_rows(lake: tuple[Connection, ObjectStore]) -> None:
    lake[1].put(client_day(ACME, DAY) + "_SUCCESS", b"")
    (events,) = iter_events(lake[0], lake[1].bucket, ACME, DAY, DAY)
    assert (len(events.frame), len(events.skipped)) == (0, 1)


def test_frames_of_no_rows_are_refused(lake: tuple[Connection, ObjectStore]) -> None:
    with pytest.raises(ValueError, match="chunk_rows must be at least 1"):
        next(iter_events(lake[0], lake[1].bucket, ACME, DAY, DAY, chunk_rows=0))


def test_memory_is_that_of_a_frame_and_not_of_the_range(lake: tuple[Connection, ObjectStore]) -> None:
    wide = {f"field{number}": "x" * 50 for number in range(40)}
    for number in range(10):
        put(lake[1], f"augury-{number}.json.gz", *({**wide, "_event_id": f"{number}-{row}"} for row in range(400)))
    read(lake)  # what is loaded once is not counted
    peaks = []
    for chunk_rows in (100, 4_000):
        tracemalloc.start()
        rows = sum(len(part.frame) for part in iter_events(*lake_of(lake), DAY, DAY, chunk_rows=chunk_rows))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows == 4_000
    assert peaks[0] < peaks[1] / 2


def lake_of(lake: tuple[Connection, ObjectStore]) -> tuple[Connection, str, ClientName]:
    return lake[0], lake[1].bucket, ACME


def test_a_file_that_is_replaced_while_it_is_read_is_read_once(
    lake: tuple[Connection, ObjectStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = lake[1]
    put(store, "augury-1.json.gz", {"n": 1})
    put(store, "augury-2.json.gz", {"n": 2})
    listing = ObjectStore.list

    def list_and_replace(self: ObjectStore, prefix: str) -> Iterator[ObjectSummary]:
        yield from list(listing(self, prefix))
        monkeypatch.setattr(ObjectStore, "list", listing)
        put(store, "augury-compacted.json.gz", {"n": 1}, {"n": 2})
        for name in ("augury-1.json.gz", "augury-2.json.gz"):
            store._client.delete_object(Bucket=store.bucket, Key=client_day(ACME, DAY) + name)

    monkeypatch.setattr(ObjectStore, "list", list_and_replace)
    assert read(lake).frame["n"].tolist() == [1, 2]


def test_files_that_are_always_gone_are_said_so(
    lake: tuple[Connection, ObjectStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ObjectSummary(client_day(ACME, DAY) + "augury-gone.json.gz", 7, datetime.now(UTC))
    monkeypatch.setattr(ObjectStore, "list", lambda self, prefix: iter([gone]))
    with pytest.raises(AwsUnavailable, match="replaced faster"):
        read(lake)


def test_no_events_are_an_empty_frame(lake: tuple[Connection, ObjectStore]) -> None:
    events = read(lake)
    assert events.frame.empty
    assert events.objects == 0


def test_a_range_that_ends_before_it_begins_is_refused(lake: tuple[Connection, ObjectStore]) -> None:
    with pytest.raises(ValueError, match="2026-11-23"):
        read(lake, NEXT, DAY)
