"""Which of many items is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def only(items: Sequence[Any]) -> Any:
    """Return the item of a list that has one; ValueError if it has not."""
    [item] = items
    return item


def named(key: str) -> Callable[[Sequence[Mapping[str, Any]], str], Mapping[str, Any]]:
    """Return what chooses the entry whose value of a key is the resource's name."""
    return lambda entries, name: next(entry for entry in entries if entry[key] == name)
