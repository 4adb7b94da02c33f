"""Rows of JSON: an array, one value a line, or values that span lines.

It is read as a stream, so that a file of any size takes the same memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import IO

from augury.errors import AuguryError
from augury.events import parse_json
from augury.formats.rows import CHUNK_BYTES, MAX_TEXT_BYTES, Row, SourceUnreadable

# A whole text in quotes, a quote whose text goes on beyond what is there yet, or a mark of structure.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)


def json_rows(stream: IO[bytes]) -> Iterator[Row]:
    r"""Yield the rows of a JSON array, of NDJSON, or of objects that are written over several lines.

    The beginning says which it is: a bracket, a whole object on the first line, or an object that goes on after it.

    Parameters
    ----------
    stream : binary file
        Plain text; it is read to its end.

    Raises
    ------
    SourceUnreadable
        It can't be said where the next row begins: something that is not closed, or a row over 4 MiB.

    Examples
    --------
    >>> import io
    >>> [(row.number, row.value) for row in json_rows(io.BytesIO(b'{"n": 1}\n\n{"n": 2}\n'))]
    [(1, {'n': 1}), (3, {'n': 2})]
    >>> [(row.number, row.value) for row in json_rows(io.BytesIO(b'[{"n": 1}, {"n": "]"}]'))]
    [(1, {'n': 1}), (2, {'n': ']'})]
    >>> [(row.number, row.value) for row in json_rows(io.BytesIO(b'{\n  "n": 1\n}\n{\n  "n": 2\n}'))]
    [(1, {'n': 1}), (2, {'n': 2})]
    """
    chunks = iter(lambda: stream.read(CHUNK_BYTES), b"")
    head = _beginning(chunks)
    texts = _elements if head.lstrip()[:1] == b"[" else _documents if _goes_on(head) else _lines
    return (_row(number, text) for number, text in texts(chain([head], chunks)))


def is_array(beginning: bytes) -> bool:
    """Tell whether a text that begins so is an array, or something else that does not have one object a line."""
    return beginning.lstrip()[:1] == b"[" or _goes_on(beginning)


def _beginning(chunks: Iterator[bytes]) -> bytes:
    """Return as much as tells how rows are separated."""
    head = b""
    for chunk in chunks:
        head += chunk
        first, _, after = head.lstrip().partition(b"\n")
        if after.strip() or first[:1] not in b"{" or len(head) >= CHUNK_BYTES:
            break
    return head


def _goes_on(head: bytes) -> bool:
    """Tell whether the first object goes on after the first line: a damaged line of NDJSON has an object after it."""
    first, _, after = head.lstrip().partition(b"\n")
    return first[:1] == b"{" and after.lstrip()[:1] in (b'"', b"}") and not _is_closed(first)


def _is_closed(text: bytes) -> bool:
    marks = b"".join(match[0] for match in _TOKEN.finditer(text) if match[0] in b"{}")
    return marks.count(b"{") == marks.count(b"}")


def _row(number: int, text: bytes) -> Row:
    try:
        return Row(number, value=parse_json(text), text=text)
    except AuguryError as error:
        return Row(number, text=text, refused=error)


def _lines(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    number, rest = 0, b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            if line.strip():
                yield number, line.strip()
        if len(rest) > MAX_TEXT_BYTES:
            raise SourceUnreadable(f"line {number + 1} is longer than 4 MiB")
    if rest.strip():
        yield number + 1, rest.strip()


def _elements(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    scanner = _ArrayScanner()
    for chunk in chunks:
        yield from scanner.feed(chunk)
    scanner.finish()


def _documents(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    scanner = _DocumentScanner()
    for chunk in chunks:
        yield from scanner.feed(chunk)
    scanner.finish()


class _ArrayScanner:
    """Finds where the elements of one array begin and end, without understanding them."""

    def __init__(self) -> None:
        self._buffer = b""
        self._begin = 0  # of the current element
        self._scanned = 0
        self._depth = 0
        self._number = 0
        self._closed = False

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        self._buffer = self._buffer[self._begin :] + chunk
        self._scanned -= self._begin
        self._begin = 0
        for match in _TOKEN.finditer(self._buffer, self._scanned):
            if match[0] == b'"':
                self._scanned = match.start()
                break
            yield from self._mark(match[0], match.start(), match.end())
        else:
            self._scanned = len(self._buffer)
        if len(self._buffer) - self._begin > MAX_TEXT_BYTES:
            raise SourceUnreadable(f"element {self._number + 1} is longer than 4 MiB")

    def finish(self) -> None:
        if not self._closed:
            raise SourceUnreadable(f"the array is not closed: it ends within element {self._number + 1}")
        if self._buffer[self._begin :].strip():
            raise SourceUnreadable("something stands behind the end of the array")

    def _mark(self, token: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        if self._closed:
            raise SourceUnreadable("something stands behind the end of the array")
        if self._depth == 1 and token in b",]":
            yield from self._element(start, last=token == b"]")
            self._begin, self._closed = end, token == b"]"
        elif token in b"[{":
            self._depth += 1
            self._begin = end if self._depth == 1 else self._begin
        elif token in b"]}" and self._depth > 1:
            self._depth -= 1

    def _element(self, end: int, *, last: bool) -> Iterator[tuple[int, bytes]]:
        text = self._buffer[self._begin : end].strip()
        if text or not last or self._number:  # else the array is empty
            self._number += 1
            yield self._number, text


class _DocumentScanner(_ArrayScanner):
    """Finds where values that follow each other end."""

    def finish(self) -> None:
        if self._buffer[self._begin :].strip():
            raise SourceUnreadable(f"it ends within value {self._number + 1}")

    def _mark(self, token: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:  # noqa: ARG002 - as of arrays
        if token in b"[{":
            self._depth += 1
        elif token in b"]}":
            self._depth -= 1
            if self._depth <= 0:
                yield from self._element(end, last=False)
                self._begin, self._depth = end, 0
