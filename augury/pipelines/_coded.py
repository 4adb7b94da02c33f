"""A column by its distinct values: Python looks at each of them once, numpy does the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types
from pandas.api.extensions import ExtensionArray

from augury.pipelines._columns import (
    Column,
    Numbers,
    Texts,
    column_is_numeric,
    numbers_of,
    object_array,
    python_values,
)
from augury.plans import FieldStep, text_of

type Codes = NDArray[np.intp]
type ValueFunction = Callable[[Any], Any]

_SCALARS: frozenset[type] = frozenset({str, bool, int, float})


class Coded(NamedTuple):
    """A column as codes.

    Parameters
    ----------
    codes : numpy.ndarray of int
        Position in ``values`` of each row's value; -1 for null.
    values : list
        Distinct values as a JSON parser would give them. Each array and each object counts as distinct.
    """

    codes: Codes
    values: list[Any]

    def mapped(self, function: ValueFunction) -> Texts:
        """Return the function's result for every row, as an array of objects; for nulls it is given None."""
        return object_array(self._results(function))[self.codes]

    def numbers(self, function: ValueFunction) -> Numbers:
        """Return the function's results as float64."""
        return np.array(self._results(function), dtype=np.float64)[self.codes]

    def texts(self, function: ValueFunction) -> ExtensionArray:
        """Return the function's results as an array of pandas' text type; None is null."""
        names = pd.array(self._results(function), dtype="str")
        return names.take(np.where(self.codes < 0, len(self.values), self.codes))

    def sizes(self) -> list[int]:
        """Return the number of rows of each value and, last, of null."""
        sizes: list[int] = np.roll(np.bincount(self.codes + 1, minlength=len(self.values) + 1), -1).tolist()
        return sizes

    def text_counts(self) -> Counter[str]:
        """Return the number of rows of each text; values that have none are left out."""
        counts: Counter[str] = Counter()
        for value, rows in zip(self.values, self.sizes(), strict=False):
            if rows and (text := text_of(value)) is not None:
                counts[text] += rows
        return counts

    def _results(self, function: ValueFunction) -> list[Any]:
        # Code -1 picks the last.
        return [*map(function, self.values), function(None)]


def coded(column: Column) -> Coded:
    """Return a column as codes, by the fastest way that its type allows."""
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _coded_categories(column)
    if column_is_numeric(column):
        return _factorised(numbers_of(column))
    if isinstance(kind, pd.StringDtype | pd.BooleanDtype) or types.is_bool_dtype(kind):
        return _factorised(column.array)
    # Factorising holds 1, 1.0 and True for one value: only where there is but one type may it be left to pandas.
    if types.is_object_dtype(kind) and types.infer_dtype(column, skipna=True) in ("string", "boolean"):
        return _factorised(column.to_numpy())
    return _coded_one_by_one(python_values(column))


def function_of(step: FieldStep) -> ValueFunction:
    """Return what a step of one field does to its value, as a function.

    Fitted transforms apply it to a column's distinct values: so a frame and a plan cannot differ.
    """
    operate = step.bind((0,), (1,))

    def function(value: Any) -> Any:
        slots = [value, step.initial]
        operate(slots)
        return slots[1]

    return function


def _factorised(values: Any) -> Coded:
    codes, distinct = pd.factorize(values)
    return Coded(codes, np.asarray(distinct).tolist())


def _coded_categories(column: Column) -> Coded:
    names = coded(column.cat.categories.to_series())
    codes = column.cat.codes.to_numpy().astype(np.intp)
    return Coded(np.where(codes < 0, -1, np.append(names.codes, -1)[codes]), names.values)


def _coded_one_by_one(values: list[Any]) -> Coded:
    code_of: dict[Any, int] = {}
    distinct: list[Any] = []
    codes = np.full(len(values), -1, dtype=np.intp)
    for row, value in enumerate(values):
        if value is None:
            continue
        key = (type(value), value) if type(value) in _SCALARS else (None, len(distinct))
        codes[row] = code = code_of.setdefault(key, len(distinct))
        if code == len(distinct):
            distinct.append(value)
    return Coded(codes, distinct)
