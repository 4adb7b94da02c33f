"""Looking through a client's folder: what can't be read, what is not the client's, and what Athena won't see."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from gzip import GzipFile
from typing import IO, Any, cast

import orjson

from augury.aws import NotFound, ObjectStore, ObjectSummary
from augury.events import MAX_EVENT_BYTES
from augury.formats import SUFFIXES, Format, Row, SourceUnreadable, is_array, named_format, rows_of
from augury.historical.importing import MAX_OBJECT_BYTES
from augury.lake import client_events, day_of, is_split_output
from augury.names import ClientName

MAX_ROWS_NAMED = 20
"""Most rows of one object that are named one by one."""

_GZIP_MAGIC = b"\x1f\x8b"
_SPLIT_SUFFIX = ".json.gz"


class Severity(StrEnum):
    """What a finding means."""

    WRONG = "wrong"
    """Something is not read, or should not be there."""

    NOTE = "note"
    """All is read; some other tool sees it differently."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know of an object.

    Parameters
    ----------
    key : str
        The object.
    place : str
        The line or row in it; empty where it is about the whole object.
    what : str
        What is the matter, and what to do.
    severity : Severity
        Whether it is wrong.
    """

    key: str
    place: str
    what: str
    severity: Severity = Severity.WRONG


@dataclass(frozen=True, slots=True)
class Inspected:
    """One object and all there is to know of it."""

    summary: ObjectSummary
    rows: int
    findings: tuple[Finding, ...]


def objects_to_inspect(
    store: ObjectStore, client: ClientName, first: date | None = None, last: date | None = None
) -> list[ObjectSummary]:
    """List a client's files of some days, and every one that is in no day's folder.

    Raises
    ------
    ValueError
        ``last`` is before ``first``.
    """
    if first and last and last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")

    def is_meant(summary: ObjectSummary) -> bool:
        day = day_of(client, summary.key)
        return day is None or ((first is None or first <= day) and (last is None or day <= last))

    listed = store.list(client_events(client))
    return [summary for summary in listed if is_meant(summary) and not summary.key.endswith("/")]


def inspect_object(store: ObjectStore, client: ClientName, summary: ObjectSummary) -> Inspected:
    """Read an object to its end and say what there is to know of it.

    Raises
    ------
    AwsUnavailable
        S3 failed.
    """
    findings = [Finding(summary.key, "", *said) for said in _of_the_name(client, summary)]
    file_format = named_format(summary.key)
    if file_format is None or not summary.size_bytes or summary.size_bytes > MAX_OBJECT_BYTES:
        return Inspected(summary, 0, tuple(findings))
    with tempfile.TemporaryFile() as file:
        try:
            with store.open(summary.key) as body:
                shutil.copyfileobj(body, file)
        except NotFound:
            return Inspected(summary, 0, (*findings, Finding(summary.key, "", "was listed and is gone: check again")))
        file.seek(0)
        reading = _Reading(client, summary.key, file_format, file)
        found = tuple(reading.findings())
    return Inspected(summary, reading.rows, (*findings, *found))


def _of_the_name(client: ClientName, summary: ObjectSummary) -> Iterator[tuple[str, Severity]]:
    name = summary.key.rpartition("/")[2]
    if day_of(client, summary.key) is None:
        yield f"is in no day's folder, and never read: lay it under {client_events(client)}yyyy/MM/dd/", Severity.WRONG
    if named_format(name) is None:
        yield f"its name says no format: name it {', '.join(SUFFIXES)}, or any of them .gz", Severity.WRONG
    elif not summary.size_bytes:
        yield "is empty", Severity.WRONG
    elif summary.size_bytes > MAX_OBJECT_BYTES:
        yield f"has {summary.size_bytes:,} bytes, more than S3 takes at once: split the file", Severity.WRONG
    if is_split_output(summary.key) and not name.endswith(_SPLIT_SUFFIX):
        yield "is named as only the split's own files are, which may replace it: rename it", Severity.WRONG
    if name.startswith(("_", ".")):
        yield f"Athena leaves it out, because its name begins with {name[0]!r}", Severity.NOTE


class _Reading:
    """The rows of one object, looked at one after the other."""

    def __init__(self, client: ClientName, key: str, file_format: Format, file: IO[bytes]) -> None:
        self._client = client
        self._key = key
        self._format = file_format
        self._file = file
        self._is_gzip = _starts_as_gzip(file)
        self._is_of_split = is_split_output(key) and key.endswith(_SPLIT_SUFFIX)
        self._is_lines = file_format is Format.JSON and not is_array(_beginning(file, is_gzip=self._is_gzip))
        self._row = "line" if self._is_lines or file_format is Format.CSV else "row"
        self.rows = 0

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with rows, the first of them by name, and what keeps the rest from being read."""
        wrong = 0
        try:
            # A temporary file is a buffered one.
            for row in rows_of(cast("Any", self._file), self._key, self._format):
                self.rows += 1
                if problem := self._problem(row):
                    wrong += 1
                    if wrong <= MAX_ROWS_NAMED:
                        yield Finding(self._key, f"{self._row} {row.number}", problem)
        except SourceUnreadable as error:
            yield Finding(self._key, "", str(error).removeprefix(f"{self._key}: "))
        if wrong > MAX_ROWS_NAMED:
            yield Finding(self._key, "", f"{wrong - MAX_ROWS_NAMED} more {self._row}s are wrong")
        if self._is_of_split and not self._is_gzip:
            yield Finding(self._key, "", "is no gzip, as the split's own files are: it is not read")
        for said in self._other_tools():
            yield Finding(self._key, "", said, Severity.NOTE)

    def _problem(self, row: Row) -> str | None:
        if row.refused is not None:
            return str(row.refused)
        if not isinstance(row.value, dict):
            return "not a JSON object"
        size_bytes = len(row.text or orjson.dumps(row.value))
        if size_bytes > MAX_EVENT_BYTES:
            return f"has {size_bytes:,} bytes, more than an event's {MAX_EVENT_BYTES:,}"
        if (owner := row.value.get("client", self._client)) != self._client:
            return f"client is {owner!r}: it is left out when events are read"
        return self._strange_in_split(row.value) if self._is_of_split else None

    def _strange_in_split(self, event: Mapping[str, Any]) -> str | None:
        day, received_at = day_of(self._client, self._key), event.get("_received_at")
        if day is None or str(received_at).startswith(str(day)):
            return None
        return f"_received_at is {received_at!r}, and so not of this day"

    def _other_tools(self) -> Iterator[str]:
        if not self._is_lines:
            yield "Athena takes its lines for events, and finds no fields in them: only NDJSON is queried"
        if self._is_gzip != self._key.lower().endswith(".gz"):
            yield f"Athena can't read it: it is {'' if self._is_gzip else 'not '}gzip, and its name says otherwise"


def _starts_as_gzip(file: IO[bytes]) -> bool:
    beginning = file.read(len(_GZIP_MAGIC))
    file.seek(0)
    return beginning == _GZIP_MAGIC


def _beginning(file: IO[bytes], *, is_gzip: bool) -> bytes:
    try:
        return GzipFile(fileobj=file).read(64 * 1024) if is_gzip else file.read(64 * 1024)
    except (EOFError, OSError):
        return b""
    finally:
        file.seek(0)
