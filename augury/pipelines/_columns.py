"""A frame's column as numbers or as text: what :mod:`augury.plans` does to one value, done to a whole column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from augury.plans import MISSING, number_of, text_of
from augury.schema import ENVELOPE_FIELDS, FieldType

type Column = pd.Series[Any]
type Numbers = NDArray[np.float64]
type Texts = NDArray[np.object_]


class UnfitColumn(ValueError):
    """A column that cannot be a feature: the message names it and says why."""


def drop_envelope(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of stored events without the fields that the server added or vouches for.

    Examples
    --------
    >>> drop_envelope(pd.DataFrame({"client": ["acme"], "f1": [1.5], "_event_id": ["0"]})).columns.tolist()
    ['f1']
    """
    return frame.drop(columns=list(ENVELOPE_FIELDS), errors="ignore")


def absent(index: pd.Index[Any]) -> Column:
    """Return the column that a frame does not have: all null."""
    return pd.Series(None, index=index, dtype=object)


def column_is_numeric(column: Column) -> bool:
    """Whether numpy can read the column as real numbers without looking at single values."""
    kind = column.dtype
    return types.is_numeric_dtype(kind) and not types.is_bool_dtype(kind) and not types.is_complex_dtype(kind)


def column_type(column: Column) -> FieldType:
    """Return the JSON type of a column's values; ``ANY`` for mixed types and where there is no value.

    Raises
    ------
    UnfitColumn
        The column holds values that are no JSON scalars, such as lists or dates.
    """
    if column_is_numeric(column):
        return FieldType.NUMBER
    if types.is_bool_dtype(column.dtype):
        return FieldType.BOOLEAN
    if isinstance(column.dtype, pd.StringDtype):
        return FieldType.TEXT
    return _type_of_values(column)


def _type_of_values(column: Column) -> FieldType:
    if types.is_datetime64_any_dtype(column.dtype) or types.infer_dtype(column, skipna=True) == "string":
        return FieldType.TEXT
    found = {_scalar_type(kind) for kind in set(map(type, column.dropna().tolist()))}
    if None in found:
        raise UnfitColumn(f"column {column.name!r} holds values that are no numbers, booleans or text: exclude it")
    return (found.pop() if len(found) == 1 else None) or FieldType.ANY


def _scalar_type(kind: type) -> FieldType | None:
    if issubclass(kind, (bool, np.bool_)):
        return FieldType.BOOLEAN
    if issubclass(kind, (int, float, np.integer, np.floating)):
        return FieldType.NUMBER
    return FieldType.TEXT if issubclass(kind, (str, date)) else None


def python_values(column: Column) -> list[Any]:
    """Return a column's values as a JSON parser would give them: None for every kind of null, ISO 8601 for dates."""
    values = column.astype(object).tolist()
    return [None if null else _json_value(value) for value, null in zip(values, column.isna().tolist(), strict=True)]


def _json_value(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, datetime) and value.tzinfo is not None:
        # RFC 3339 has no seconds in an offset, but time zones had some before they were regulated.
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows as JSON objects, every column a key, nulls as None.

    Examples
    --------
    >>> records_of(pd.DataFrame({"f1": [1.5, None], "name": [None, "a"]}))
    [{'f1': 1.5, 'name': None}, {'f1': None, 'name': 'a'}]
    """
    names = [str(name) for name in frame.columns]
    columns = [python_values(frame.iloc[:, position]) for position in range(len(names))]
    if not columns:
        return [{} for _ in range(len(frame))]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def numbers_of(column: Column) -> Numbers:
    """Return a column as float64, NaN for what is no finite number; booleans are 1.0 and 0.0."""
    if column_is_numeric(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=MISSING)
        return np.where(np.isfinite(numbers), numbers, MISSING)
    if isinstance(column.dtype, pd.StringDtype):
        return np.full(len(column), MISSING)
    return np.array([number_of(value) for value in python_values(column)], dtype=np.float64)


def texts_of(column: Column) -> Texts:
    """Return a column as text, None where :func:`augury.plans.text_of` has none."""
    if column_is_numeric(column):
        return _by_distinct(numbers_of(column), text_of)
    if isinstance(column.dtype, pd.StringDtype):
        return np.where(column.isna().to_numpy(), np.asarray(None, dtype=object), column.to_numpy(dtype=object))
    return object_array([text_of(value) for value in python_values(column)])


def _by_distinct(numbers: Numbers, name_of: Callable[[float], Any]) -> Texts:
    codes, distinct = pd.factorize(numbers)
    # Code -1 stands for NaN and picks the last name.
    return object_array([*(name_of(number) for number in distinct.tolist()), None])[codes]


def object_array(values: list[Any]) -> Texts:
    """Return an array of one dimension that holds the values as they are, arrays among them too."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
