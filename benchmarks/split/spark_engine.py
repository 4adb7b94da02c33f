"""Augury's Spark engine on files of this machine: all that a run does, but for the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from augury.aws import Item
from augury.aws.addresses import LakeAddress
from augury.lake import EventsPrefix
from augury.split.bulk import BulkOutcome, BulkSplit, Scope
from benchmarks.split.lambda_engine import MemoryTable

if TYPE_CHECKING:
    from pyspark import SparkContext

SCOPE = Scope(first=date(2026, 11, 22), last=date(2026, 11, 23))


class ListedTable(MemoryTable):
    """Items in memory that can be listed."""

    def query(self, pk: str, sk_prefix: str = "") -> Iterator[Item]:
        """Yield the items of a partition."""
        found = [(sk, item) for (of, sk), item in self._items.items() if of == pk and sk.startswith(sk_prefix)]
        yield from (item for _, item in sorted(found, key=lambda entry: entry[0]))


def split(context: SparkContext, source: Path, target: Path) -> BulkOutcome:
    """Split all files of a directory as one run does: planned, deduplicated, written as few files, and published."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source / "logs", target / "logs", copy_function=os.link)
    lake = LakeAddress(target.as_uri())
    bulk = BulkSplit(lake.open(), ListedTable(), SCOPE, EventsPrefix())
    (outcome,) = bulk.run(context, lake)
    return outcome
