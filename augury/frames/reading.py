"""A client's events of a range of days, as one frame or as frames of so many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress

import pandas as pd

from augury.aws import ObjectStore, ObjectSummary
from augury.aws.connection import Connection
from augury.events import distinct_events
from augury.formats import SourceUnreadable
from augury.frames.columns import Columns
from augury.frames.distinct import Sieve
from augury.frames.rows import Event, LeftOut, Skipped, events_of, is_read, without_format
from augury.frames.snapshot import Copy, snapshot
from augury.lake import client_day
from augury.names import ClientName


@dataclass(frozen=True, slots=True)
class Events:
    """What was read.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per event and one column per field, duplicates left out; :mod:`augury.frames.columns` says the types.
    objects : int
        Objects that were read.
    duplicates : int
        Events left out because another has the same ``_event_id`` and content. One without an id repeats none.
    conflicts : int
        Events that are kept although another has their ``_event_id``: their contents differ.
    skipped : tuple of Skipped
        Objects and rows that were not read, and why.
    """

    frame: pd.DataFrame
    objects: int
    duplicates: int
    conflicts: int
    skipped: tuple[Skipped, ...]


def read_events(connection: Connection, bucket: str, client: ClientName, first: date, last: date) -> Events:
    """Read a client's events: split output, and historical drops of every format, as they are.

    A value has the same type however it came. JSON says it; the text of a CSV cell is typed as that of pages, by
    :func:`augury.events.typed_text`; Parquet as :mod:`augury.formats.parquet_rows` says.

    Parameters
    ----------
    connection : Connection
        Where S3 is.
    bucket : str
        The data bucket.
    client : ClientName
        Whose events. Rows that say they are another client's are left out, and reported.
    first, last : date
        UTC days, both included.

    Raises
    ------
    ValueError
        ``last`` is before ``first``.
    AwsUnavailable
        S3 failed.
    """
    events: list[Event] = []
    with _copied(connection, bucket, client, first, last) as (copies, skipped):
        readable = 0
        for copy in copies:
            left_out = LeftOut(copy.summary.key)
            try:
                found = list(events_of(copy, client, left_out))
            except SourceUnreadable as error:
                skipped.append(_unreadable(copy, error))
                continue
            events.extend(found)
            skipped.extend(left_out.skipped())
            readable += 1
    distinct = distinct_events(events)
    columns = Columns()
    for event in distinct:
        columns.note(event)
    identified = [str(event["_event_id"]) for event in distinct if event.get("_event_id") is not None]
    return Events(
        frame=columns.frame(distinct),
        objects=readable,
        duplicates=len(events) - len(distinct),
        conflicts=len(identified) - len(set(identified)),
        skipped=tuple(skipped),
    )


def iter_events(
    connection: Connection, bucket: str, client: ClientName, first: date, last: date, *, chunk_rows: int = 100_000
) -> Iterator[Events]:
    """Read a client's events as frames of so many rows, in bounded memory.

    It copies the range's objects to a temporary directory and reads them twice: first for types and duplicates, which
    are therefore the same in all frames and over all of them, then for the rows. Memory is that of one frame and 41
    bytes an event of the range. Every frame comes with the counts of the whole range; a range without events gives one
    frame without rows.

    Parameters
    ----------
    connection, bucket, client, first, last
        As in :func:`read_events`, which gives the same rows with the same types in one frame.
    chunk_rows : int, default 100,000
        Most rows of a frame. Their indices go on from frame to frame.

    Raises
    ------
    ValueError
        ``last`` is before ``first``, or ``chunk_rows`` is not positive.
    AwsUnavailable
        S3 failed.
    """
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows must be at least 1, not {chunk_rows}")
    with _copied(connection, bucket, client, first, last) as (copies, skipped):
        survey = _Survey(client)
        readable = [copy for copy in copies if survey.takes_in(copy, skipped)]
        kept = survey.sieve.kept()
        events = (event for copy in readable for event in events_of(copy, client, LeftOut(copy.summary.key)))
        done, conflicts = 0, survey.sieve.conflicts(kept)
        chunks = _chunks(compress(events, kept), chunk_rows) if kept.any() else iter([list[Event]()])
        for chunk in chunks:
            yield Events(
                frame=survey.columns.frame(chunk, done),
                objects=len(readable),
                duplicates=int(len(kept) - kept.sum()),
                conflicts=conflicts,
                skipped=tuple(skipped),
            )
            done += len(chunk)


class _Survey:
    """What the first pass learns."""

    def __init__(self, client: ClientName) -> None:
        self._client = client
        self.columns = Columns()
        self.sieve = Sieve()

    def takes_in(self, copy: Copy, skipped: list[Skipped]) -> bool:
        """Look at an object, and tell whether it can be read to its end; else it counts for nothing."""
        columns, sieve, left_out = Columns(), Sieve(), LeftOut(copy.summary.key)
        try:
            for event in events_of(copy, self._client, left_out):
                columns.note(event)
                sieve.note(event)
        except SourceUnreadable as error:
            skipped.append(_unreadable(copy, error))
            return False
        skipped.extend(left_out.skipped())
        self.columns.merge(columns)
        self.sieve.merge(sieve)
        return True


@contextmanager
def _copied(
    connection: Connection, bucket: str, client: ClientName, first: date, last: date
) -> Iterator[tuple[Sequence[Copy], list[Skipped]]]:
    """Copy what is readable of a range by its name, and say what is not."""
    if last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")
    store = ObjectStore(connection.s3(), bucket)
    prefixes = [client_day(client, day) for day in _days(first, last)]
    listed: list[ObjectSummary] = []

    def list_again() -> Iterator[ObjectSummary]:
        listed[:] = [summary for prefix in prefixes for summary in store.list(prefix)]
        return filter(is_read, listed)

    with snapshot(connection, bucket, list_again) as copies:
        yield copies, list(without_format(listed))


def _unreadable(copy: Copy, error: SourceUnreadable) -> Skipped:
    return Skipped(copy.summary.key, str(error).removeprefix(f"{copy.summary.key}: "))


def _chunks(events: Iterator[Event], rows: int) -> Iterator[list[Event]]:
    chunk: list[Event] = []
    for event in events:
        chunk.append(event)
        if len(chunk) == rows:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
