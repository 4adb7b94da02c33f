"""Rows of CSV, whose text is typed by the same rule as that of pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

from augury.errors import AuguryError, Detail, Kind
from augury.events import MAX_EVENT_BYTES, typed_text
from augury.formats.rows import Row, SourceUnreadable


def csv_rows(stream: IO[bytes]) -> Iterator[Row]:
    r"""Yield the rows of a CSV file (RFC 4180) with a header; each is numbered by the line that it begins on.

    A cell becomes a number or a boolean where its text spells one exactly, as :func:`augury.events.typed_text` has it.
    An empty cell is no field: CSV can't tell an empty text from none at all.

    Parameters
    ----------
    stream : binary file
        UTF-8, with or without a byte order mark.

    Raises
    ------
    SourceUnreadable
        There is no header, it names a column twice or not at all, the text is not UTF-8, or a quote is never closed.

    Examples
    --------
    >>> [(row.number, row.value) for row in csv_rows(io.BytesIO(b"f1,zip,note\n5.1,007,\n"))]
    [(2, {'f1': 5.1, 'zip': '007'})]
    """
    csv.field_size_limit(MAX_EVENT_BYTES)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", errors="strict")
    reader = csv.reader(text, strict=True)
    begins = 1
    try:
        header = _checked_header(next(reader, []))
        begins = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _row(begins, header, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SourceUnreadable(f"line {begins}: {error}") from None
    except UnicodeDecodeError:
        raise SourceUnreadable(f"line {begins} or soon after: not UTF-8") from None
    finally:
        text.detach()


def _checked_header(names: Sequence[str]) -> Sequence[str]:
    if not any(names):
        raise SourceUnreadable("line 1: there is no header that names the columns")
    for position, name in enumerate(names, start=1):
        if not name:
            raise SourceUnreadable(f"line 1: column {position} has no name")
        if name in names[: position - 1]:
            raise SourceUnreadable(f"line 1: two columns are called {name!r}")
    return names


def _row(number: int, header: Sequence[str], cells: Sequence[str]) -> Row:
    text = ",".join(cells).encode()
    if len(cells) != len(header):
        wrong = Detail(("row",), f"{len(cells)} cells for {len(header)} columns")
        return Row(number, text=text, refused=AuguryError(Kind.INVALID_REQUEST, [wrong]))
    return Row(number, {name: typed_text(cell) for name, cell in zip(header, cells, strict=True) if cell}, text)
