"""What each column of the events looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

_BINS = 24
_TOP = 24
_SHOWN = 3
_DATE = r"\d{4}-\d\d-\d\d(?:[T ]|$)"

type Column = pd.Series[Any]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column at a glance.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"number", "boolean", "text", "date", "array", "object", "mixed", "empty"}
        What its values are.
    missing : float
        Fraction of the rows without a value.
    distinct : int
        Number of different values.
    summary : str
        Least, median and greatest number or date; the most frequent values of anything else.
    counts : tuple of int
        Rows in each of 24 equal ranges of a number or date, or of the most frequent values.
    """

    name: str
    kind: str
    missing: float
    distinct: int
    summary: str
    counts: tuple[int, ...]


def profile_of(column: Column) -> ColumnProfile:
    """Look at a column.

    Examples
    --------
    >>> profile_of(pd.Series([1, 2, 2, None], name="age"))  # doctest: +NORMALIZE_WHITESPACE
    ColumnProfile(name='age', kind='number', missing=0.25, distinct=2, summary='1, 2, 2',
                  counts=(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2))
    """
    values = column.dropna()
    kind = _kind(values)
    missing = float(column.isna().mean()) if len(column) else 0.0
    if kind == "number":
        return ColumnProfile(str(column.name), kind, missing, values.nunique(), *_range(values.astype(float)))
    if kind == "date":
        return ColumnProfile(str(column.name), kind, missing, values.nunique(), *_days(values))
    if kind == "text" and (dates := _as_dates(values)) is not None:
        return ColumnProfile(str(column.name), "date", missing, values.nunique(), *_days(dates))
    texts = values if isinstance(values.dtype, pd.StringDtype) else values.astype(object).map(str)
    frequent = texts.value_counts()
    summary = ", ".join(f"{str(text)[:30]} ({count:,})" for text, count in frequent.head(_SHOWN).items())
    return ColumnProfile(str(column.name), kind, missing, len(frequent), summary, tuple(frequent.head(_TOP).tolist()))


def _as_dates(texts: Column) -> Column | None:
    """Return ISO 8601 texts as what they stand for; None where one is no date."""
    if not texts.astype(str).str.match(_DATE).all():
        return None
    dates = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
    return None if dates.isna().any() else dates


def _kind(values: Column) -> str:
    if values.empty:
        return "empty"
    if types.is_bool_dtype(values.dtype):
        return "boolean"
    if types.is_numeric_dtype(values.dtype):
        return "number"
    if types.is_datetime64_any_dtype(values.dtype):
        return "date"
    kinds = {_JSON_TYPES.get(kind, "text") for kind in set(map(type, values.tolist()))}
    return kinds.pop() if len(kinds) == 1 else "mixed"


_JSON_TYPES = {int: "number", float: "number", bool: "boolean", list: "array", tuple: "array", dict: "object"}


def _range(numbers: Column) -> tuple[str, tuple[int, ...]]:
    finite = numbers[np.isfinite(numbers)]
    if finite.empty:
        return "not finite", ()
    least, middle, greatest = (f"{value:.6g}" for value in (finite.min(), finite.median(), finite.max()))
    # Scaled first: the range of huge numbers has no finite width.
    scale = max(float(finite.abs().max()), 1e-300)
    return f"{least}, {middle}, {greatest}", tuple(np.histogram(finite / scale, bins=_BINS)[0].tolist())


def _days(dates: Column) -> tuple[str, tuple[int, ...]]:
    summary = ", ".join(f"{value:%Y-%m-%d}" for value in (dates.min(), dates.median(), dates.max()))
    return summary, tuple(np.histogram(dates.astype("int64"), bins=_BINS)[0].tolist())
