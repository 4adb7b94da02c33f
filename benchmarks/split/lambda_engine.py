"""Augury's Lambda engine on files of this machine: all that the function does, but for the network."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from augury.aws import ConditionFailed, Item, ObjectStore, OpenObject, Table
from augury.split import Ledger, split_object


class FileStore(ObjectStore):
    """Raw objects of one directory, outputs in another."""

    def __init__(self, source: Path, target: Path) -> None:
        self.bucket = str(source)
        self._source = source
        self._target = target

    def open_object(self, key: str) -> OpenObject:
        """Return an object as S3 does."""
        path = self._source / key
        return OpenObject(cast("IO[bytes]", path.open("rb", buffering=0)), "1", path.stat().st_size)

    def put(self, key: str, body: bytes | IO[bytes], content_type: str = "") -> None:  # noqa: ARG002
        """Write an object whole."""
        path = self._target / key
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            if isinstance(body, bytes):
                file.write(body)
            else:
                shutil.copyfileobj(body, file)


class MemoryTable(Table):
    """Items in memory."""

    def __init__(self) -> None:
        self.name = "memory"
        self._items: dict[tuple[str, str], Item] = {}

    def get(self, pk: str, sk: str) -> Item | None:
        """Return an item."""
        return self._items.get((pk, sk))

    def put(self, item: Item, *, must_be_new: bool = False, expected: Mapping[str, Any] | None = None) -> None:
        """Write an item as DynamoDB does."""
        stored = self._items.get((item["pk"], item["sk"]))
        if (must_be_new and stored) or (expected and not (stored and expected.items() <= stored.items())):
            raise ConditionFailed("memory")
        self._items[item["pk"], item["sk"]] = item


def split(source: Path, target: Path) -> None:
    """Split all files of a directory, one after the other."""
    store, ledger = FileStore(source, target), Ledger(MemoryTable(), "lambda")
    for path in sorted(source.rglob("*.gz")):
        split_object(store, ledger, path.relative_to(source).as_posix(), owner="benchmark", for_s=600)
