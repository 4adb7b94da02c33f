"""From the bytes of a raw object to lines, and from a line to its client and day: pure, the same for every engine."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import orjson

from augury.names import ClientName, InvalidName

_GZIP = 31  # zlib's window size that means a gzip header and trailer, and nothing else
_CHUNK_BYTES = 256 * 1024
_RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class CutShort(Exception):
    """The object ends inside a gzip member: what was read of it is not all of it."""


@dataclass(frozen=True, slots=True)
class OwnedLine:
    """A stored event, byte for byte, and where it belongs."""

    client: ClientName
    day: date
    line: bytes


@dataclass(frozen=True, slots=True)
class FailedLine:
    """A line that is no stored event, and why."""

    line: bytes
    reason: str


def read_lines(compressed: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a gzip stream as it arrives, without their newlines; empty ones are left out.

    Several gzip members in a row read as one, as in RFC 1952, section 2.2.

    Raises
    ------
    CutShort
        The stream ends early or is no gzip.
    """
    rest = b""
    for chunk in _inflated(compressed):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from filter(None, whole)
    if rest:
        yield rest


def sort_line(line: bytes) -> OwnedLine | FailedLine:
    """Return where a line belongs: the client and the UTC day of its ``_received_at``, or why it belongs nowhere.

    Examples
    --------
    >>> sort_line(b'{"f1":1,"client":"acme","_received_at":"2026-11-23T23:59:59.999Z"}').day
    datetime.date(2026, 11, 23)
    >>> sort_line(b'{"f1":1}').reason
    'client is missing'
    """
    try:
        event = orjson.loads(line)
    except ValueError:
        return FailedLine(line, "not JSON")
    if not isinstance(event, dict):
        return FailedLine(line, "not an object")
    if event.get("client") is None:
        return FailedLine(line, "client is missing")
    try:
        return OwnedLine(ClientName(event["client"]), _day(event.get("_received_at")), line)
    except InvalidName:
        return FailedLine(line, "client is no valid name")
    except ValueError:
        return FailedLine(line, "_received_at is missing or no RFC 3339 time in UTC")


def _day(received_at: Any) -> date:
    if not isinstance(received_at, str) or not _RFC3339_UTC.fullmatch(received_at):
        raise ValueError(received_at)
    return date.fromisoformat(received_at[:10])


def _inflated(compressed: IO[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_GZIP)
    try:
        for chunk in _chunks(compressed):
            data = chunk
            while data:
                if inflater.eof:
                    inflater = zlib.decompressobj(_GZIP)
                yield inflater.decompress(data, _CHUNK_BYTES * 4)
                data = inflater.unused_data or inflater.unconsumed_tail
    except zlib.error as error:
        raise CutShort(f"not gzip: {error}") from None
    if not inflater.eof:
        raise CutShort("the object ends inside a gzip member")


def _chunks(stream: IO[bytes]) -> Iterable[bytes]:
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk
