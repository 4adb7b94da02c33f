"""A client's events as a frame."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import Any

import pytest

from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.frames import Events, read_events
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
def test_a_line_that_is_no_event_is_named_by_its_file_and_number(
    lake: tuple[Connection, ObjectStore], line: str
) -> None:
    lake[1].put(client_day(ACME, DAY) + "history.ndjson", f'{{"n":1}}\n{line}\n'.encode())
    with pytest.raises(ValueError, match=r"history\.ndjson, line 2"):
        read(lake)


def test_what_is_not_read_is_named(lake: tuple[Connection, ObjectStore]) -> None:
    lake[1].put(client_day(ACME, DAY) + "history.csv", b"n\n1\n")
    lake[1].put(client_day(ACME, DAY) + "_SUCCESS", b"")
    put(lake[1], "augury-1.json.gz", {"n": 1, "_event_id": "a"})
    skipped = read(lake).skipped
    assert [key.rpartition("/")[2] for key in skipped] == ["_SUCCESS", "history.csv"]


def test_no_events_are_an_empty_frame(lake: tuple[Connection, ObjectStore]) -> None:
    events = read(lake)
    assert events.frame.empty
    assert events.objects == 0


def test_a_range_that_ends_before_it_begins_is_refused(lake: tuple[Connection, ObjectStore]) -> None:
    with pytest.raises(ValueError, match="2026-11-23"):
        read(lake, NEXT, DAY)
