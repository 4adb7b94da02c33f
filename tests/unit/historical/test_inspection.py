"""Looking through a client's folder."""

from __future__ import annotations

import gzip
import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from augury.aws import ObjectStore
from augury.historical import Finding, Severity, inspect_object, objects_to_inspect
from augury.historical.inspection import MAX_ROWS_NAMED
from augury.lake import client_day, client_events
from augury.names import ClientName

ACME, DAY = ClientName("acme"), date(2026, 11, 23)
FOLDER = client_day(ACME, DAY)


def inspect(store: ObjectStore, key: str, content: bytes) -> list[Finding]:
    store.put(key, content)
    return [
        finding
        for summary in objects_to_inspect(store, ACME)
        if summary.key == key
        for finding in inspect_object(store, ACME, summary).findings
    ]


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": [1]}), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("history.ndjson", b'{"n":1}\n{"n":2,"client":"acme"}\n'),
        ("history.json.gz", gzip.compress(b'{"n":1}\n')),
        ("augury-0.json.gz", gzip.compress(b'{"client":"acme","_received_at":"2026-11-23T00:00:00.000Z"}\n')),
    ],
)
def test_a_good_file_of_lines_has_no_findings(store: ObjectStore, name: str, content: bytes) -> None:
    assert inspect(store, FOLDER + name, content) == []


@pytest.mark.parametrize(
    ("name", "content", "place", "what"),
    [
        ("a.ndjson", b'{"n":1}\n{"n":\n', "line 2", "Invalid JSON"),
        ("a.ndjson", b"7\n", "line 1", "not a JSON object"),
        ("a.ndjson", b'{"n":1,"n":2}', "line 1", "names a key twice"),
        ("a.ndjson", b'\n{"client":"other"}\n', "line 2", "client is 'other'"),
        ("a.ndjson", b'{"n":"' + b"x" * 270_000 + b'"}', "line 1", "more than an event's 262,144"),
        ("a.json", b'[{"n":1},2]', "row 2", "not a JSON object"),
        ("a.json", b'[{"n":1}', "", "not closed"),
        ("a.csv", b"n,m\n1,2\n1,2,3\n", "line 3", "3 cells for 2 columns"),
        ("a.csv", b"n,n\n1,2\n", "", "two columns are called 'n'"),
        ("a.parquet", b"PAR1", "", "not readable as Parquet"),
        ("a.json.gz", gzip.compress(b'{"n":1}\n' * 999)[:-9], "", "cut short or damaged"),
        ("a.json", b"", "", "is empty"),
        ("notes.txt", b"n", "", "its name says no format"),
        ("augury-mine.csv", b"n\n1\n", "", "rename it"),
        ("augury-0.json.gz", gzip.compress(b'{"_received_at":"2026-11-24T"}'), "line 1", "not of this day"),
        ("augury-0.json.gz", gzip.compress(b'{"n":1}\n' * 999)[:-9], "", "cut short or damaged"),
        ("augury-0.json.gz", b'{"_received_at":"2026-11-23T"}\n', "", "is no gzip"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_place(
    store: ObjectStore, name: str, content: bytes, place: str, what: str
) -> None:
    findings = [found for found in inspect(store, FOLDER + name, content) if found.severity is Severity.WRONG]
    assert [(found.key, found.place, what in found.what) for found in findings[-1:]] == [(FOLDER + name, place, True)]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", b"n\n1\n", "only NDJSON is queried"),
        ("a.parquet", parquet(), "only NDJSON is queried"),
        ("a.json", b'[{"n":1}]', "only NDJSON is queried"),
        ("a.json", b'{\n"n":1\n}', "only NDJSON is queried"),
        ("_a.ndjson", b'{"n":1}', "begins with '_'"),
        (".a.ndjson", b'{"n":1}', "begins with '.'"),
        ("a.ndjson", gzip.compress(b'{"n":1}'), "it is gzip, and its name says otherwise"),
        ("a.ndjson.gz", b'{"n":1}', "it is not gzip"),
    ],
)
def test_what_athena_would_not_see_is_a_note(store: ObjectStore, name: str, content: bytes, what: str) -> None:
    (note,) = inspect(store, FOLDER + name, content)
    assert (note.severity, what in note.what) == (Severity.NOTE, True)


@pytest.mark.parametrize("folder", ["", "2026/", "2026-11-23/", "2026/11/31/", "2026/1/3/"])
def test_a_file_in_no_days_folder_is_reported_whatever_the_range(store: ObjectStore, folder: str) -> None:
    store.put(client_events(ACME) + folder + "a.ndjson", b'{"n":1}')
    (summary,) = objects_to_inspect(store, ACME, date(2020, 1, 1), date(2020, 1, 2))
    (finding,) = inspect_object(store, ACME, summary).findings
    assert "in no day's folder" in finding.what


def test_only_the_days_of_a_range_are_looked_through(store: ObjectStore) -> None:
    for day in (22, 23, 24):
        store.put(client_day(ACME, date(2026, 11, day)) + "a.ndjson", b'{"n":1}')
    store.put(client_day(ClientName("acme-2"), DAY) + "a.ndjson", b'{"n":1}')
    store.put(FOLDER, b"")
    assert [summary.key for summary in objects_to_inspect(store, ACME, DAY, DAY)] == [FOLDER + "a.ndjson"]
    assert len(objects_to_inspect(store, ACME, DAY)) == 2
    with pytest.raises(ValueError, match="before it begins"):
        objects_to_inspect(store, ACME, DAY, date(2026, 11, 22))


def test_many_wrong_rows_are_counted_and_the_first_named(store: ObjectStore) -> None:
    findings = inspect(store, FOLDER + "a.ndjson", b"7\n" * 30)
    assert len(findings) == MAX_ROWS_NAMED + 1
    assert findings[-1].what == "10 more lines are wrong"


def test_an_object_that_is_gone_is_said_so(store: ObjectStore) -> None:
    store.put(FOLDER + "a.ndjson", b'{"n":1}')
    (summary,) = objects_to_inspect(store, ACME)
    store._client.delete_object(Bucket=store.bucket, Key=summary.key)
    assert "is gone" in inspect_object(store, ACME, summary).findings[-1].what
