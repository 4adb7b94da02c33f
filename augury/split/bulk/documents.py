"""The documents of the split in bulk: compressed JSON beside the data, checked when they are read."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

import orjson
from pydantic import BaseModel, ValidationError

from augury.aws import NotFound, ObjectStore


class DamagedDocument(ValueError):
    """A recorded document is not what was written; the message names it."""


def write_document(store: ObjectStore, key: str, document: BaseModel) -> None:
    """Write a document; the same one has the same bytes."""
    store.put(key, gzip.compress(document.model_dump_json().encode(), mtime=0), "application/gzip")


def read_document[D: BaseModel](store: ObjectStore, key: str, kind: type[D]) -> D:
    """Read a document.

    Raises
    ------
    DamagedDocument
        It is not there, or is not of that kind.
    """
    try:
        return kind.model_validate_json(gzip.decompress(store.get(key)))
    except (NotFound, OSError, EOFError, ValidationError) as error:
        raise DamagedDocument(f"{key} can't be read ({type(error).__name__}): restore its last version") from None


def write_keys(store: ObjectStore, key: str, keys: Sequence[str]) -> None:
    """Write a list of keys."""
    store.put(key, gzip.compress(orjson.dumps(keys), mtime=0), "application/gzip")


def read_keys(store: ObjectStore, key: str) -> list[str]:
    """Read a list of keys; an empty one where it was never written."""
    try:
        found: list[str] = orjson.loads(gzip.decompress(store.get(key)))
    except NotFound:
        return []
    return found
