"""Columns that equal each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from augury.pipelines._columns import Column, python_values

_HEAD = 20  # rows by which columns are told apart at first


def duplicates(frame: pd.DataFrame, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Find the columns that equal an earlier one in type and in every value.

    Yields
    ------
    tuple of str
        A column, and why it is one too many.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for name in names:
        # Few columns begin alike: only those are compared in whole.
        begins = str(frame[name].dtype), repr(python_values(frame[name].iloc[:_HEAD]))
        earlier = alike.setdefault(begins, [])
        first = next((other for other in earlier if _are_equal(frame[other], frame[name])), None)
        if first is None:
            earlier.append(name)
        else:
            yield name, f"equals {first!r}"


def _are_equal(one: Column, other: Column) -> bool:
    if one.dtype == object:
        # 1 equals True, but a number is no boolean.
        first, second = python_values(one), python_values(other)
        return first == second and list(map(type, first)) == list(map(type, second))
    return one.equals(other)
