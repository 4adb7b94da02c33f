"""The split in bulk on Spark: each object read once, one shuffle, one file of a day written by one task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pyspark import AccumulatorParam, SparkContext, StorageLevel

from augury.aws.addresses import LakeAddress
from augury.split.bulk.layout import Parts, slices
from augury.split.bulk.outcome import Found, PartReport
from augury.split.bulk.packing import Block, dealt
from augury.split.bulk.planning import StoredFile
from augury.split.bulk.scanning import scan_files, scan_sources
from augury.split.bulk.writing import write_part
from augury.split.entries import Source
from augury.split.lines import Owner

type _Scan[T] = Callable[[LakeAddress, Sequence[T], Callable[[Found], object]], Iterator[Block]]
type _Dealt = tuple[Owner, int, bytes]

_SLICE_BYTES = 64 * 1024 * 1024  # compressed, read by one task after another


class SparkEngine:
    """Runs the pure parts of this package in Spark's tasks.

    Lines travel in blocks of many, so that Spark moves thousands of things and not millions. What was read waits on
    the executors' disks until it is known how large each day is. boto3 reads and writes: no jar is needed, and keys
    are exact.

    Parameters
    ----------
    context : SparkContext
        A running one; it is left running.
    lake : LakeAddress
        Where the lake is, for the executors.
    """

    def __init__(self, context: SparkContext, lake: LakeAddress) -> None:
        self._context = context
        self._lake = lake
        self._read: list[Any] = []

    @property
    def parallelism(self) -> int:
        """Tasks that run at once."""
        return int(self._context.defaultParallelism)

    def read_sources(self, sources: Sequence[Source]) -> Found:
        """Read raw objects, and write what is no stored event below ``failed/split/``."""
        return self._scan(sources, lambda source: source.size_bytes, _scan_sources)

    def read_files(self, files: Sequence[tuple[Owner, StoredFile]]) -> Found:
        """Read files that the split wrote."""
        return self._scan(files, lambda owned: owned[1].size_bytes, _scan_files)

    def write(self, plan_id: str, layout: Mapping[Owner, Parts]) -> Sequence[PartReport]:
        """Write all that was read into the files of the layout."""
        if not layout:
            return []
        parts = self._context.broadcast(dict(layout))
        tasks = 1 + max(max(of_day.tasks) for of_day in layout.values())
        blocks = self._context.union(self._read)
        dealt_out = blocks.mapPartitions(lambda some: _deal(some, parts.value)).partitionBy(tasks, int)
        reports = dealt_out.values().mapPartitions(partial(_write, self._lake, plan_id)).collect()
        parts.destroy()
        return list(reports)

    def close(self) -> None:
        """Let go of what was read."""
        for blocks in self._read:
            blocks.unpersist()
        self._read.clear()

    def _scan[T](self, files: Sequence[T], size_of: Callable[[T], int], scan: _Scan[T]) -> Found:
        """Read files in tasks, keep what they held on the executors' disks, and return what the tasks reported."""
        if not files:
            return Found()
        dealt_out = slices(files, size_of, parallelism=self.parallelism, slice_bytes=_SLICE_BYTES)
        reports = self._context.accumulator({}, _ByTask())
        lake = self._lake

        def task(index: int, some: Iterable[list[T]]) -> Iterator[Block]:
            for own in some:
                yield from scan(lake, own, lambda found: reports.add({index: found}))

        blocks = self._context.parallelize(dealt_out, len(dealt_out)).mapPartitionsWithIndex(task)
        blocks.persist(StorageLevel.DISK_ONLY)
        self._read.append(blocks)
        # Counted by Spark itself: a count in Python would move every block to a worker and back.
        blocks._jrdd.count()
        found = Found()
        for index in sorted(reports.value):
            found.add(reports.value[index])
        return found


class _ByTask(AccumulatorParam[dict[int, Found]]):
    """Reports by task, so that a task that ran twice reports once."""

    def zero(self, value: dict[int, Found]) -> dict[int, Found]:  # noqa: ARG002 - pyspark calls it with one
        return {}

    def addInPlace(self, value1: dict[int, Found], value2: dict[int, Found]) -> dict[int, Found]:  # noqa: N802
        value1.update(value2)
        return value1


def _scan_sources(lake: LakeAddress, sources: Sequence[Source], report: Callable[[Found], object]) -> Iterator[Block]:
    return scan_sources(lake.open(), sources, report)


def _scan_files(
    lake: LakeAddress, files: Sequence[tuple[Owner, StoredFile]], report: Callable[[Found], object]
) -> Iterator[Block]:
    return scan_files(lake.open(), [(owner, file.key) for owner, file in files], report)


def _deal(blocks: Iterable[Block], layout: Mapping[Owner, Parts]) -> Iterator[tuple[int, _Dealt]]:
    for block in blocks:
        owner, parts = block[0], layout[block[0]]
        for part, records in dealt(block, parts):
            yield parts.tasks[part], (owner, part, records)


def _write(lake: LakeAddress, plan_id: str, blocks: Iterable[_Dealt]) -> Iterator[PartReport]:
    gathered = defaultdict[tuple[Owner, int], list[bytes]](list)
    for owner, part, packed in blocks:
        gathered[owner, part].append(packed)
    store = lake.open()
    for owner, part in sorted(gathered):
        records = [record for block in gathered.pop((owner, part)) for record in block.split(b"\n")]
        yield write_part(store, plan_id, owner, part, records)
