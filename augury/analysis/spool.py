"""Sightings laid aside on disk, so that a range of any size is reconciled in bounded memory."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

from augury.analysis.sightings import DIGEST_BYTES, TIMESTAMP_BYTES, Cell, Place, Sighting

_RECORD = struct.Struct(f"<BII{DIGEST_BYTES}s{DIGEST_BYTES}s{TIMESTAMP_BYTES}s??")
_BUFFER_BYTES = 16 * 1024


class Spool:
    """Temporary files of sightings, one for each first byte of an event's digest, from ``with`` to its end.

    A sighting takes 51 bytes on disk; what is held in memory is the names of objects and cells, and at reading one
    file: a 256th of the sightings.
    """

    def __init__(self) -> None:
        self._files: dict[int, IO[bytes]] = {}
        self._open = ExitStack()
        self._cells: dict[Cell, int] = {}
        self._sources: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, seen: Sighting) -> None:
        """Lay a sighting aside."""
        cell = self._cells.setdefault(seen.cell, len(self._cells))
        source = self._sources.setdefault(seen.source, len(self._sources))
        record = (seen.event, seen.content, seen.timestamp, seen.may_be_ours, seen.may_repeat)
        self._file(seen.event[0]).write(_RECORD.pack(seen.place, cell, source, *record))

    def partitions(self) -> Iterator[list[Sighting]]:
        """Yield the sightings in groups that each hold all of an event's."""
        cells, sources = list(self._cells), list(self._sources)
        for file in self._files.values():
            file.seek(0)
            yield [
                Sighting(Place(place), cells[cell], sources[source], *record)
                for place, cell, source, *record in _RECORD.iter_unpack(file.read())
            ]

    def _file(self, first_byte: int) -> IO[bytes]:
        file = self._files.get(first_byte)
        if file is None:
            file = self._open.enter_context(tempfile.TemporaryFile(buffering=_BUFFER_BYTES))  # noqa: SIM115 - it is closed with the spool
            self._files[first_byte] = file
        return file
