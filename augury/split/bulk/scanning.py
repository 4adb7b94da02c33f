"""What one task of a run reads: raw objects, or the files that a day has, as blocks of records."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from augury.aws import NotFound, ObjectStore
from augury.lake import CutShort, failed_split_key, read_blocks
from augury.split.bulk.outcome import Found, SourceReport
from augury.split.bulk.packing import Block, Packer
from augury.split.bulk.records import PREFIX_LENGTH, record_of_line
from augury.split.entries import Counts, Source
from augury.split.execution import report_object
from augury.split.lines import MAX_LINE_BYTES, Owner
from augury.split.sorting import SortedBlock, sort_blocks
from augury.split.spool import Spool

type Report = Callable[[Found], object]
"""Told once, at the end of a task, what it found."""

_COPY_BYTES = 1024 * 1024
_IN_MEMORY_BYTES = 16 * 1024 * 1024


def scan_sources(store: ObjectStore, sources: Iterable[Source], report: Report) -> Iterator[Block]:
    """Yield the lines of raw objects by client and day, and lay aside what is no stored event.

    An object that can't be read to its end is quarantined whole, as :func:`augury.split.split_object` does it.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    sources : iterable of Source
        Raw objects.
    report : callable
        Told what was found.
    """
    packer, found = Packer(), Found()
    for source in sources:
        try:
            with checked_copy(store, source.key, source.etag) as body:
                counts = yield from _scan_source(store, source, body, packer)
        except CutShort as error:
            report_object(store, source, str(error))
            counts = Counts(quarantined=str(error))
        except NotFound:
            found.missing.append(source.key)
            continue
        found.sources.append(SourceReport(source=source, counts=counts))
    yield from packer.blocks()
    found.sizes.update(packer.sizes)
    report(found)


def scan_files(store: ObjectStore, files: Iterable[tuple[Owner, str]], report: Report) -> Iterator[Block]:
    """Yield the lines of files that the split wrote, as those of the client and day that they are filed under.

    A damaged file gives no line and is reported: it stays where it is.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    files : iterable of Owner and str
        Keys, with whose they are.
    report : callable
        Told what was found.
    """
    packer, found = Packer(), Found()
    for owner, key in files:
        try:
            with checked_copy(store, key) as body:
                for block in read_blocks(body):
                    _pack(packer, owner, filter(None, block.split(b"\n")))
                    if packer.is_full:
                        yield from packer.blocks()
        except CutShort:
            found.unreadable.append(key)
        except NotFound:
            found.missing.append(key)
    yield from packer.blocks()
    found.sizes.update(packer.sizes)
    report(found)


@contextmanager
def checked_copy(store: ObjectStore, key: str, etag: str | None = None) -> Iterator[IO[bytes]]:
    """Lend an object's compressed bytes once they are known to be whole: nothing of a damaged one is ever seen.

    Raises
    ------
    CutShort
        The object is truncated or no gzip.
    NotFound
        No object has that key, or its content is another.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as copy:
        with store.open_object(key) as opened:
            if etag not in (None, opened.etag):
                raise NotFound(f"{key} has another content")
            shutil.copyfileobj(opened.body, copy, _COPY_BYTES)
        copy.seek(0)
        for _ in read_blocks(copy, MAX_LINE_BYTES):
            pass
        copy.seek(0)
        yield copy


def _scan_source(store: ObjectStore, source: Source, body: IO[bytes], packer: Packer) -> Generator[Block, None, Counts]:
    """Yield blocks as the packer fills, and return the object's counts."""
    with Spool[None]() as failures:
        tally = _Tally()
        for block in sort_blocks(read_blocks(body, MAX_LINE_BYTES)):
            tally.add(block)
            if block.failures:
                failures.add(None, [failure.record(source.key) for failure in block.failures])
            for owner, lines in block.lines.items():
                tally.text_bytes += _pack(packer, owner, lines)
            if packer.is_full:
                yield from packer.blocks()
        if tally.failed:
            failures.settle()
            with failures.open(None) as text:
                store.put(failed_split_key(source.key), text, "application/gzip")
    return tally.counts()


class _Tally:
    """Counts of one object."""

    def __init__(self) -> None:
        self.lines = self.failed = self.text_bytes = 0
        self._clients = set[str]()

    def add(self, block: SortedBlock) -> None:
        self.failed += len(block.failures)
        self.lines += len(block.failures) + sum(map(len, block.lines.values()))
        self._clients.update(owner.client for owner in block.lines)

    def counts(self) -> Counts:
        return Counts(lines=self.lines, failed=self.failed, clients=len(self._clients), text_bytes=self.text_bytes)


def _pack(packer: Packer, owner: Owner, lines: Iterable[bytes]) -> int:
    """Add lines to a packer; return their bytes, newlines included."""
    records = list(map(record_of_line, lines))
    size_bytes = sum(map(len, records)) - (PREFIX_LENGTH - 1) * len(records)
    packer.add(owner, records, size_bytes)
    return size_bytes
