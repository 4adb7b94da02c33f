"""A client's events of a range of days, as one frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import awswrangler as wr
import pandas as pd

from augury.aws import ObjectStore, ObjectSummary
from augury.aws.connection import Connection
from augury.lake import client_day
from augury.names import ClientName

_NDJSON_SUFFIXES = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_SERVER_FIELDS = ["client", "timestamp", "_event_id", "_received_at"]


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
        ``last`` is before ``first``.
    """
    if last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")
    store = ObjectStore(connection.s3(), bucket)
    found = [summary for day in _days(first, last) for summary in store.list(client_day(client, day))]
    readable = [summary for summary in found if summary.key.endswith(_NDJSON_SUFFIXES) and summary.size_bytes]
    frame = _read_ndjson(connection, [f"s3://{bucket}/{summary.key}" for summary in readable])
    distinct = _distinct(frame)
    return Events(distinct, len(readable), len(frame) - len(distinct), _keys_of_others(found, readable))


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def _keys_of_others(found: list[ObjectSummary], readable: list[ObjectSummary]) -> tuple[str, ...]:
    read = {summary.key for summary in readable}
    return tuple(summary.key for summary in found if summary.key not in read)


def _read_ndjson(connection: Connection, paths: list[str]) -> pd.DataFrame:
    # awswrangler takes one compression for all paths of a call, that of the first.
    by_compression = ([path for path in paths if path.endswith(".gz") is wanted] for wanted in (True, False))
    frames = [_read_alike(connection, group) for group in by_compression if group]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _read_alike(connection: Connection, paths: list[str]) -> pd.DataFrame:
    wr.config.s3_endpoint_url = connection.endpoint_url
    frame: pd.DataFrame = wr.s3.read_json(
        path=paths,
        boto3_session=connection.session,
        use_threads=False,
        orient="records",
        lines=True,
        dtype=False,
        precise_float=True,
    )
    return frame


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out rows that repeat another's id and content, whatever the server wrote about when each came."""
    if "_event_id" not in frame:
        return frame
    content = frame.drop(columns=_SERVER_FIELDS, errors="ignore").astype(str)
    repeated = content.assign(_event_id=frame["_event_id"]).duplicated()
    return frame[~repeated].reset_index(drop=True)
