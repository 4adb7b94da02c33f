"""Lines on their way to many objects, laid aside compressed on disk, so that any number of them fits in memory."""

from __future__ import annotations

import io
import os
import tempfile
from bisect import bisect_right
from collections.abc import Buffer, Hashable, Iterator, Sequence
from itertools import accumulate
from types import TracebackType
from typing import IO, NamedTuple, Self, cast

from isal import igzip_lib

_LEVEL = 1
_OVERHEAD_BYTES = 48  # of a bytes object and its place in a list

MEMORY_BYTES = 32 * 1024 * 1024
"""How much of lines is held before they are compressed and laid aside."""


class Segment(NamedTuple):
    """A gzip member in the spool's file."""

    offset: int
    size_bytes: int


class Spool[K: Hashable]:
    r"""Lines by key, from ``with`` to its end; it iterates over the keys in the order in which they came.

    They are held until they come to a limit; then each key's become a gzip member in a temporary file. What becomes of
    lines is a matter of the lines alone and of the order in which they come: the same make the same bytes.

    Parameters
    ----------
    memory_bytes : int, optional
        The limit.
    directory : str, optional
        Where the file is; the usual place of temporary files unless given.

    Examples
    --------
    >>> import gzip
    >>> with Spool[str]() as spool:
    ...     _ = spool.add("acme", [b"1", b"2"])
    ...     spool.settle()
    ...     gzip.decompress(spool.open("acme").read())
    b'1\n2\n'
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES, directory: str | None = None) -> None:
        self._memory_bytes = memory_bytes
        self._held: dict[K, list[bytes]] = {}
        self._held_bytes = 0
        self._segments: dict[K, list[Segment]] = {}
        self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - it is closed with the spool
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, key: K, lines: Sequence[bytes]) -> int:
        """Lay lines aside, in order, behind those that the key has; return their bytes, newlines included."""
        text = b"\n".join([*lines, b""])
        self._held.setdefault(key, []).append(text)
        self._held_bytes += len(text) + _OVERHEAD_BYTES
        if self._held_bytes >= self._memory_bytes:
            self.settle()
        return len(text)

    def settle(self) -> None:
        """Compress what is held; needed once before anything is read."""
        for key, texts in self._held.items():
            self._segments.setdefault(key, []).append(self._write(b"".join(texts)))
        self._held.clear()
        self._held_bytes = 0
        self._file.flush()

    def __iter__(self) -> Iterator[K]:
        return iter(self._segments)

    def open(self, key: K) -> IO[bytes]:
        """Return a key's lines as a gzip stream; several streams may be read at once, by several threads."""
        return cast("IO[bytes]", _Segments(self._file.fileno(), self._segments[key]))

    def _write(self, text: bytes) -> Segment:
        # isal's gzip header holds no time: the same lines make the same bytes.
        member = igzip_lib.compress(text, _LEVEL, igzip_lib.COMP_GZIP)
        self._file.write(member)
        segment = Segment(self._end, len(member))
        self._end += len(member)
        return segment


class _Segments(io.RawIOBase):
    """Pieces of a file as one stream; it keeps a place of its own."""

    def __init__(self, descriptor: int, segments: list[Segment]) -> None:
        self._descriptor = descriptor
        self._segments = segments
        self._starts = list(accumulate((segment.size_bytes for segment in segments), initial=0))
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._starts[-1]}[whence]
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        target = memoryview(buffer)
        index = bisect_right(self._starts, self._position) - 1
        if index == len(self._segments):
            return 0
        segment, skipped = self._segments[index], self._position - self._starts[index]
        size_bytes = min(len(target), segment.size_bytes - skipped)
        piece = os.pread(self._descriptor, size_bytes, segment.offset + skipped)
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)
