"""The rows of a client's objects that are events of it, and a word on all others."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from augury.aws import ObjectSummary
from augury.errors import AuguryError, Kind
from augury.events import parse_json
from augury.formats import SUFFIXES, Row, SourceUnreadable, named_format, rows_of
from augury.frames.snapshot import Copy
from augury.lake import CutShort, is_split_output, read_blocks
from augury.names import ClientName

type Event = dict[str, Any]

_FOREIGN = "of another client"
_REFUSED = "no events"
_LONG_INTEGER = re.compile(rb"[\s\[:,-][0-9]{19}")


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was not read.

    Parameters
    ----------
    key : str
        The object.
    reason : str
        Why; of rows it names the first.
    rows : int or None
        How many rows were left out; None for the whole object.
    """

    key: str
    reason: str
    rows: int | None = None

    def __str__(self) -> str:
        return f"{self.key}: {self.reason}"


@dataclass(slots=True)
class LeftOut:
    """Rows of one object that are left out: how many of each sort, and which was the first."""

    key: str
    found: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, sort: str, first: str) -> None:
        """Count a row; what is said of it is kept of the first of its sort."""
        count, said = self.found.get(sort, (0, first))
        self.found[sort] = (count + 1, said)

    def skipped(self) -> Iterator[Skipped]:
        """Yield what there is to say."""
        for sort, (count, first) in self.found.items():
            rows = "1 row is" if count == 1 else f"{count} rows are"
            yield Skipped(self.key, f"{rows} {sort}; the first is {first}", count)


def without_format(objects: Iterable[ObjectSummary]) -> Iterator[Skipped]:
    """Yield the objects that are not read at all, by their names and sizes; the markers of folders are none."""
    for summary in objects:
        if summary.key.endswith("/"):
            continue
        if named_format(summary.key) is None:
            yield Skipped(summary.key, f"its name says no format: name it {', '.join(SUFFIXES)}, or any of them .gz")
        elif not summary.size_bytes:
            yield Skipped(summary.key, "is empty")


def is_read(summary: ObjectSummary) -> bool:
    """Tell whether an object is one that rows are looked for in."""
    return not any(without_format([summary])) and not summary.key.endswith("/")


def events_of(copy: Copy, client: ClientName, left_out: LeftOut) -> Iterator[Event]:
    """Yield the events of one object, and note the rows that are none or another client's.

    Raises
    ------
    SourceUnreadable
        It can't be read to its end; what was yielded is not all of it.
    """
    with copy.path.open("rb") as file:
        for row in _rows(file, copy.summary.key):
            problem = _problem(row, client)
            if problem is None:
                yield row.value
            else:
                left_out.add(*problem)


def _rows(file: io.BufferedReader, key: str) -> Iterator[Row]:
    if is_split_output(key) and key.endswith(".json.gz"):
        return _rows_of_split(file, key)
    file_format = named_format(key)
    assert file_format is not None
    return rows_of(file, key, file_format)


def _rows_of_split(file: io.BufferedReader, key: str) -> Iterator[Row]:
    """Yield the rows of a file that the split wrote, as quickly as can be: its lines went through the gate before.

    Only long integers are looked at again, which another writer of raw objects may have let through.
    """
    number = 0
    try:
        for block in read_blocks(file):
            parse = parse_json if _LONG_INTEGER.search(block) else orjson.loads
            for number, line in enumerate(block.split(b"\n"), start=number + 1):  # noqa: B020 - it counts on
                if line:
                    yield _row(number, line, parse)
    except CutShort as error:
        raise SourceUnreadable(f"{key}: {error}, after line {number}") from None


def _row(number: int, line: bytes, parse: Callable[[bytes], Any]) -> Row:
    try:
        return Row(number, parse(line))
    except ValueError:
        return Row(number, refused=AuguryError(Kind.INVALID_JSON))
    except AuguryError as error:
        return Row(number, refused=error)


def _problem(row: Row, client: ClientName) -> tuple[str, str] | None:
    if row.refused is not None:
        return _REFUSED, f"row {row.number}: {row.refused}"
    if not isinstance(row.value, dict):
        return _REFUSED, f"row {row.number}: not a JSON object"
    owner = row.value.get("client", client)
    return None if owner == client else (_FOREIGN, f"row {row.number}, of {owner!r}")
