"""Lines of the lake's gzip NDJSON objects, as they arrive."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import IO

from isal import igzip
from isal.igzip_lib import IsalError

_PIECE_BYTES = 256 * 1024  # with its lines it fits the cache of one core


class CutShort(Exception):
    """The object ends inside a gzip member, or is no gzip: what was read of it is not all of it."""


def read_lines(compressed: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a gzip stream as it arrives, without their newlines; empty ones are left out.

    Several gzip members in a row read as one, as in RFC 1952, section 2.2. A stream without a byte has no line.

    Raises
    ------
    CutShort
        The stream ends early or is no gzip.
    """
    return (line for _, line in numbered_lines(compressed))


def numbered_lines(compressed: IO[bytes], longest: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield what :func:`read_lines` does, each with its number: 1 is the first, and empty lines count.

    Parameters
    ----------
    compressed : stream of bytes
        A gzip stream.
    longest : int, optional
        As in :func:`read_blocks`.
    """
    number = 0
    for block in read_blocks(compressed, longest):
        for number, line in enumerate(block.split(b"\n"), start=number + 1):  # noqa: B020 - it counts on
            if line:
                yield number, line


def read_blocks(compressed: IO[bytes], longest: int | None = None) -> Iterator[bytes]:
    r"""Yield a gzip stream in blocks of whole lines: joined by newlines they are its text, less the last newline.

    Where one block ends is a matter of the text alone, and not of how the stream arrives.

    Parameters
    ----------
    compressed : stream of bytes
        A gzip stream.
    longest : int, optional
        Length of the longest line that is of use. A longer one is yielded longer than this, but perhaps cut: so that
        blocks are small, whatever the stream holds.

    Raises
    ------
    CutShort
        The stream ends early or is no gzip.

    Examples
    --------
    >>> import io
    >>> list(read_blocks(io.BytesIO(gzip.compress(b"one") + gzip.compress(b" line\n\nanother\n"))))
    [b'one line\n\nanother']
    """
    rest = b""
    for piece in _inflated(compressed):
        whole, newline, tail = piece.rpartition(b"\n")
        if newline:
            yield rest + whole
            rest = b""
        rest += tail
        if longest is not None:
            rest = rest[: longest + 1]
    if rest:
        yield rest


def _inflated(compressed: IO[bytes]) -> Iterator[bytes]:
    """Yield the text in pieces of one size, but for the last."""
    reader = igzip.IGzipFile(fileobj=compressed, mode="rb")  # type: ignore[no-untyped-call]
    try:
        while piece := reader.read(_PIECE_BYTES):
            yield piece
    except EOFError:
        raise CutShort("the object ends inside a gzip member") from None
    except (gzip.BadGzipFile, IsalError) as error:  # type: ignore[misc]  # the stubs say an instance
        raise CutShort(f"not gzip: {error}") from None
