"""The split in bulk without Spark: the same parts, one after the other in this process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from augury.aws import ObjectStore
from augury.split.bulk.layout import Parts
from augury.split.bulk.outcome import Found, PartReport
from augury.split.bulk.packing import Block, dealt
from augury.split.bulk.planning import StoredFile
from augury.split.bulk.scanning import Report, scan_files, scan_sources
from augury.split.bulk.writing import write_part
from augury.split.entries import Source
from augury.split.lines import Owner


class InProcessEngine:
    def __init__(self, store: ObjectStore, parallelism: int = 2) -> None:
        self.parallelism = parallelism
        self._store = store
        self._blocks: list[Block] = []

    def read_sources(self, sources: Sequence[Source]) -> Found:
        return self._scan(lambda report: scan_sources(self._store, sources, report))

    def read_files(self, files: Sequence[tuple[Owner, StoredFile]]) -> Found:
        named = [(owner, file.key) for owner, file in files]
        return self._scan(lambda report: scan_files(self._store, named, report))

    def write(self, plan_id: str, layout: Mapping[Owner, Parts]) -> Sequence[PartReport]:
        gathered = defaultdict[tuple[Owner, int], list[bytes]](list)
        for block in self._blocks:
            for part, packed in dealt(block, layout[block[0]]):
                gathered[block[0], part] += packed.split(b"\n")
        return [write_part(self._store, plan_id, *place, records) for place, records in sorted(gathered.items())]

    def close(self) -> None:
        self._blocks.clear()

    def _scan(self, scan: Callable[[Report], Iterable[Block]]) -> Found:
        found = Found()
        self._blocks += scan(found.add)
        return found
