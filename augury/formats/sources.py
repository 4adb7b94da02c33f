"""A file of any of the formats as a stream of rows."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

from augury.formats.csv_rows import csv_rows
from augury.formats.json_rows import json_rows
from augury.formats.parquet_rows import parquet_rows
from augury.formats.rows import Row, SourceUnreadable

_GZIP_MAGIC = b"\x1f\x8b"
_ROWS_PER_PROGRESS = 256


class Format(StrEnum):
    """What a source is written in."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


SUFFIXES = {
    ".json": Format.JSON,
    ".jsonl": Format.JSON,
    ".ndjson": Format.JSON,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
}
"""The format that the end of a name says, before a ``.gz``."""


def named_format(name: str) -> Format | None:
    """Return the format that a name says, ``.gz`` aside, or None where it says none.

    Examples
    --------
    >>> named_format("clients/acme/events/2026/11/23/sales.CSV.gz"), named_format("_SUCCESS")
    (<Format.CSV: 'csv'>, None)
    """
    return SUFFIXES.get(Path(name.lower().removesuffix(".gz")).suffix)


def format_of(path: Path) -> Format:
    """Return the format that a file's name says, ``.gz`` aside.

    Raises
    ------
    SourceUnreadable
        The name says none.

    Examples
    --------
    >>> format_of(Path("2025.csv.gz"))
    <Format.CSV: 'csv'>
    """
    found = named_format(path.name)
    if found is None:
        raise SourceUnreadable(f"{path}: the name says no format: use --format, or one of {', '.join(SUFFIXES)}")
    return found


def read_rows(path: Path, file_format: Format, progress: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
    """Yield the rows of a file, plain or gzip, which its first bytes say.

    Parameters
    ----------
    path : Path
        The file.
    file_format : Format
        What it is written in.
    progress : callable, optional
        Told how many bytes of the file are read, now and then.

    Raises
    ------
    SourceUnreadable
        It can't be read to its end; the message names the file and the place.
    """
    with path.open("rb") as raw:
        for row in rows_of(raw, str(path), file_format):
            if row.number % _ROWS_PER_PROGRESS == 0:
                progress(raw.tell())
            yield row


def rows_of(raw: io.BufferedReader, name: str, file_format: Format) -> Iterator[Row]:
    """Yield the rows of a stream, plain or gzip, which its first bytes say.

    Parameters
    ----------
    raw : buffered binary file
        What is written in that format.
    name : str
        What messages call it.
    file_format : Format
        The format.

    Raises
    ------
    SourceUnreadable
        It can't be read to its end; the message has its name and the place.
    """
    is_gzip = raw.peek(2)[:2] == _GZIP_MAGIC
    stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if is_gzip else raw)
    number = 0
    try:
        for row in _plain_rows(stream, file_format, seekable=not is_gzip and raw.seekable()):
            number = row.number
            yield row
    except SourceUnreadable as error:
        raise SourceUnreadable(f"{name}: {error}") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SourceUnreadable(f"{name}: the gzip data is cut short or damaged, after row {number}") from None


def _plain_rows(stream: IO[bytes], file_format: Format, *, seekable: bool) -> Iterator[Row]:
    match file_format:
        case Format.JSON:
            yield from json_rows(stream)
        case Format.CSV:
            yield from csv_rows(stream)
        case Format.PARQUET if seekable:
            yield from parquet_rows(stream)
        case Format.PARQUET:
            with tempfile.TemporaryFile() as copy:
                shutil.copyfileobj(stream, copy)
                copy.seek(0)
                yield from parquet_rows(copy)
