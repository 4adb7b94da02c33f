"""Lines of the lake's gzip NDJSON objects, as they arrive."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import IO

_GZIP = 31  # zlib's window size that means a gzip header and trailer, and nothing else
_CHUNK_BYTES = 256 * 1024


class CutShort(Exception):
    """The object ends inside a gzip member: what was read of it is not all of it."""


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
