"""A client's events of a range of days, as one frame."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import awswrangler as wr
import orjson
import pandas as pd

from augury.aws import ObjectStore, ObjectSummary
from augury.aws.connection import Connection
from augury.events import distinct_events
from augury.lake import client_day
from augury.names import ClientName

_NDJSON_SUFFIXES = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
# No JSON text holds the separator: control characters are escaped in it.
_AS_LINES: dict[str, Any] = {
    "sep": "\x01",
    "header": None,
    "names": ["line"],
    "dtype": str,
    "quoting": csv.QUOTE_NONE,
    "keep_default_na": False,
    "lineterminator": "\n",
    "encoding": "utf-8",
}


@dataclass(frozen=True, slots=True)
class Events:
    """What was read.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per event and one column per field, duplicates left out.
    objects : int
        Objects that were read.
    duplicates : int
        Rows left out because another has the same ``_event_id`` and content.
    skipped : tuple of str
        Keys of objects in a format that is not read.
    """

    frame: pd.DataFrame
    objects: int
    duplicates: int
    skipped: tuple[str, ...]


def read_events(connection: Connection, bucket: str, client: ClientName, first: date, last: date) -> Events:
    """Read a client's events, split output and NDJSON drops alike.

    Values keep the types that they have in JSON: no text becomes a number or a date because it looks like one.

    Parameters
    ----------
    connection : Connection
        Where S3 is.
    bucket : str
        The data bucket.
    client : ClientName
        Whose events.
    first, last : date
        UTC days, both included.

    Raises
    ------
    ValueError
        ``last`` is before ``first``, or a line is no JSON object; the message names the object and the line.
    """
    if last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")
    store = ObjectStore(connection.s3(), bucket)
    found = [summary for day in _days(first, last) for summary in store.list(client_day(client, day))]
    readable = [summary for summary in found if summary.key.endswith(_NDJSON_SUFFIXES) and summary.size_bytes]
    paths = (f"s3://{bucket}/{summary.key}" for summary in readable)
    events = [event for path in paths for event in _read_object(connection, path)]
    distinct = distinct_events(events)
    left_out = len(events) - len(distinct)
    return Events(pd.DataFrame(distinct), len(readable), left_out, _keys_of_others(found, readable))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _keys_of_others(found: list[ObjectSummary], readable: list[ObjectSummary]) -> tuple[str, ...]:
    read = {summary.key for summary in readable}
    return tuple(summary.key for summary in found if summary.key not in read)


def _read_object(connection: Connection, path: str) -> list[dict[str, Any]]:
    """Return the events of one object.

    awswrangler fetches and inflates; the lines come as text and are read by the parser that also reads requests, so
    that every value is what it was. pandas' own JSON reader refuses some numbers and guesses at types.
    """
    wr.config.s3_endpoint_url = connection.endpoint_url
    lines = wr.s3.read_csv(path=[path], boto3_session=connection.session, use_threads=False, **_AS_LINES)["line"]
    return [_parsed(line, path, number) for number, line in enumerate(lines, start=1)]


def _parsed(line: str, path: str, number: int) -> dict[str, Any]:
    try:
        event = orjson.loads(line)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise ValueError(f"{path}, line {number}: not a JSON object")
    return event
