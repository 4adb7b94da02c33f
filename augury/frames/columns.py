"""The types of a frame's columns: one small rule, so that the same values always have the same type.

====================================  ===================================================
all values of a field are             its column is
====================================  ===================================================
booleans                              ``bool``; ``boolean`` where events lack the field
integers                              ``int64``; ``Int64`` where events lack it
floats, or integers and floats        ``float64``; NaN where events lack it
texts                                 ``str``
lists, objects, or of several types   ``object``, each value as it is; None where events lack it
====================================  ===================================================

A null counts as lacking the field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import pandas as pd

_BOOLEAN, _INTEGER, _FLOAT, _TEXT, _OTHER = 1, 2, 4, 8, 16
_SORTS: dict[type, int] = {bool: _BOOLEAN, int: _INTEGER, float: _FLOAT, str: _TEXT}
_TYPES = {_INTEGER | _FLOAT: "float64", _FLOAT: "float64", _TEXT: "str"}
_WHOLE = {_BOOLEAN: "bool", _INTEGER: "int64"}
_WITH_GAPS = {_BOOLEAN: "boolean", _INTEGER: "Int64"}

_MAX_SHAPES = 1_000


class Columns:
    """What the fields of some events hold, from which the types of their columns follow.

    Examples
    --------
    >>> columns = Columns()
    >>> events = [{"n": 2**60 + 1, "x": 1}, {"x": 0.5, "tags": ["a"]}]
    >>> for event in events:
    ...     columns.note(event)
    >>> columns.frame(events).dtypes.astype(str).to_dict()
    {'n': 'Int64', 'x': 'float64', 'tags': 'object'}
    """

    def __init__(self) -> None:
        self._rows = 0
        self._sorts: dict[str, int] = {}
        self._values: dict[str, int] = {}
        self._shapes: dict[tuple[Any, ...], int] = {}

    def note(self, event: Mapping[str, Any]) -> None:
        """Look at the fields of one event."""
        # Most events have one of a few shapes: only how often is counted here.
        shape = (*event, *map(type, event.values()))
        self._shapes[shape] = self._shapes.get(shape, 0) + 1
        if len(self._shapes) > _MAX_SHAPES:
            self._settle()

    def merge(self, others: Self) -> None:
        """Add what was seen elsewhere."""
        self._settle()
        others._settle()
        self._rows += others._rows
        for name, sorts in others._sorts.items():
            self._sorts[name] = self._sorts.get(name, 0) | sorts
            self._values[name] = self._values.get(name, 0) + others._values.get(name, 0)

    def types(self) -> dict[str, str]:
        """Return the type of each column, in the order in which the fields were first seen."""
        self._settle()
        return {name: self._type(name) for name in self._sorts}

    def frame(self, events: Sequence[Mapping[str, Any]], first_row: int = 0) -> pd.DataFrame:
        """Return some of the events as a frame with every column.

        Parameters
        ----------
        events : sequence of mappings
            Events that were noted.
        first_row : int, default 0
            Where its index begins.
        """
        index = pd.RangeIndex(first_row, first_row + len(events))
        series = {
            name: pd.Series([event.get(name) for event in events], index=index, dtype=kind, name=name)
            for name, kind in self.types().items()
        }
        return pd.DataFrame(series, index=index)

    def _settle(self) -> None:
        """Take the shapes apart into fields."""
        for shape, count in self._shapes.items():
            self._rows += count
            names, kinds = shape[: len(shape) // 2], shape[len(shape) // 2 :]
            for name, kind in zip(names, kinds, strict=True):
                is_value = kind is not type(None)
                sort = _SORTS.get(kind, _OTHER) if is_value else 0
                self._sorts[name] = self._sorts.get(name, 0) | sort
                self._values[name] = self._values.get(name, 0) + count * is_value
        self._shapes.clear()

    def _type(self, name: str) -> str:
        sorts = self._sorts[name]
        has_gaps = self._values.get(name, 0) < self._rows
        return _TYPES.get(sorts) or (_WITH_GAPS if has_gaps else _WHOLE).get(sorts) or "object"
