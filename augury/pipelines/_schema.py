"""A frame as JSON would carry it, and the schema that is inferred of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import numpy as np
import orjson
import pandas as pd
from pandas.api import types

from augury.pipelines._columns import Column, UnfitColumn, column_is_numeric, object_array
from augury.pipelines._frame_transform import checked_frame
from augury.pipelines._json_values import NoJsonForm, json_value
from augury.schema import MAX_CATEGORIES, MAX_EXAMPLES, Field, FieldType, InputSchema

_MAX_TEXT = 100
_MAX_EXAMPLE_BYTES = 200
_DATE_SAMPLE = 1_000
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TEXT = pd.StringDtype(na_value=np.nan)


def infer_schema(frame: pd.DataFrame, names: Iterable[str] | None = None, *, examples: bool = True) -> InputSchema:
    """Return what the columns of a frame look like as JSON.

    Parameters
    ----------
    frame : pandas.DataFrame
        Training data.
    names : iterable of str, optional
        Columns to look at; all of them unless given.
    examples : bool, default True
        Whether to keep some values as examples, and the distinct texts of columns that have few.

    Raises
    ------
    UnfitColumn
        A column holds values that JSON has no form for, such as durations.

    Examples
    --------
    >>> schema = infer_schema(pd.DataFrame({"age": [31, 40], "since": ["2026-01-31", None]}))
    >>> [(field.name, field.type.value, field.nullable, field.format) for field in schema.fields]
    [('age', 'number', False, None), ('since', 'text', True, 'date')]
    """
    chosen = checked_frame(frame).columns if names is None else names
    return InputSchema(fields=tuple(_field(str(name), json_column(frame[name]), examples) for name in chosen))


def as_json(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose columns hold what JSON would: what a pipeline is fitted on is what it is asked with.

    Numbers become float64, with NaN for null and for what is not finite. Dates and times become ISO 8601 text,
    categories the values that they stand for, arrays lists. Text stays text, whatever it looks like.

    Raises
    ------
    UnfitColumn
        A column holds values that JSON has no form for, such as durations.

    Examples
    --------
    >>> as_json(pd.DataFrame({"n": [1, 2], "at": pd.to_datetime(["2026-01-31", None])})).to_dict("list")
    {'n': [1.0, 2.0], 'at': ['2026-01-31T00:00:00', nan]}
    """
    return pd.DataFrame({name: json_column(frame[name]) for name in checked_frame(frame).columns}, index=frame.index)


def frame_of(records: Sequence[Mapping[str, Any]], schema: InputSchema) -> pd.DataFrame:
    """Return checked records as the frame that the pipeline knows: the columns of :func:`as_json`, by the schema.

    Parameters
    ----------
    records : sequence of mapping
        Records without problems. A key that is missing counts as null.
    schema : InputSchema
        What the records were checked against.
    """
    columns = {field.name: _column(field, [record.get(field.name) for record in records]) for field in schema.fields}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(records)))


def json_column(column: Column) -> Column:
    """Return a column as JSON would carry it; one without a value is of no type."""
    made = _typed(column)
    return _objects([None] * len(made), made.index, made.name) if made.isna().all() else made


def _typed(column: Column) -> Column:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if not column.hasnans else object)
    if column_is_numeric(column):
        return _numbers(column.to_numpy(dtype=np.float64, na_value=np.nan), column)
    if types.is_bool_dtype(column.dtype) and not column.hasnans:
        return column.astype(bool)
    if isinstance(column.dtype, pd.StringDtype):
        return column.astype(_TEXT)
    return _by_values(column)


def _by_values(column: Column) -> Column:
    nulls = column.isna().tolist()
    raw = column.astype(object).tolist()
    values = [None if null else _json_value(value, column) for value, null in zip(raw, nulls, strict=True)]
    return _column(Field(name=str(column.name), type=_type_of(values), nullable=None in values), values, column.index)


def _column(field: Field, values: list[Any], index: pd.Index[Any] | None = None) -> Column:
    """Return values of a field's type as a column of the one dtype that the type has."""
    if field.type is FieldType.NUMBER:
        numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
        return pd.Series(numbers, index=index, name=field.name)
    if field.type is FieldType.TEXT:
        return pd.Series(values, index=index, name=field.name, dtype=_TEXT)
    if field.type is FieldType.BOOLEAN and not field.nullable and None not in values:
        return pd.Series(values, index=index, name=field.name, dtype=bool)
    return _objects(values, index, field.name)


def _objects(values: list[Any], index: pd.Index[Any] | None, name: Any) -> Column:
    return pd.Series(object_array(values), index=index, name=name)


def _numbers(numbers: Any, column: Column) -> Column:
    return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan), index=column.index, name=column.name)


def _json_value(value: Any, column: Column) -> Any:
    try:
        return json_value(value)
    except NoJsonForm as error:
        raise UnfitColumn(
            f"column {str(column.name)!r} holds a {error}, which JSON has no form for: "
            f"convert it, or leave the column out"
        ) from None


_TYPES = {
    bool: FieldType.BOOLEAN,
    str: FieldType.TEXT,
    float: FieldType.NUMBER,
    int: FieldType.NUMBER,
    list: FieldType.ARRAY,
    dict: FieldType.OBJECT,
}


def _type_of(values: Sequence[Any]) -> FieldType:
    found = {_TYPES[kind] for kind in set(map(type, values)) if kind is not type(None)}
    return found.pop() if len(found) == 1 else FieldType.ANY


def _field(name: str, column: Column, examples: bool) -> Field:
    nulls = column.isna()
    present = column[~nulls]
    kind = _column_type(present)
    return Field(
        name=name,
        type=kind,
        nullable=bool(nulls.any()),
        **_numeric_facts(present) if kind is FieldType.NUMBER else {},
        **_text_facts(present, examples) if kind is FieldType.TEXT else {},
        examples=_examples(present) if examples else (),
    )


def _column_type(present: Column) -> FieldType:
    if present.empty:
        return FieldType.ANY
    if types.is_bool_dtype(present.dtype):
        return FieldType.BOOLEAN
    if types.is_numeric_dtype(present.dtype):
        return FieldType.NUMBER
    return FieldType.TEXT if isinstance(present.dtype, pd.StringDtype) else _type_of(present.tolist())


def _numeric_facts(present: Column) -> dict[str, Any]:
    numbers = present.to_numpy(dtype=np.float64)
    whole = bool((numbers == np.floor(numbers)).all())
    return {"integral": whole, "minimum": float(numbers.min()), "maximum": float(numbers.max())}


def _text_facts(present: Column, listed: bool) -> dict[str, Any]:
    distinct: list[str] = present.unique().tolist()
    few = listed and len(distinct) <= MAX_CATEGORIES and all(len(text) <= _MAX_TEXT for text in distinct)
    return {"categories": tuple(sorted(distinct)) if few else None, "format": _date_format(distinct[:_DATE_SAMPLE])}


def _date_format(texts: Sequence[str]) -> Literal["date", "date-time"] | None:
    if all(_DATE.fullmatch(text) for text in texts) and all(map(_is_date, texts)):
        return "date"
    return "date-time" if all(_DATE.match(text) and _is_date(text) for text in texts) else None


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _whole(value: Any) -> Any:
    """Return a whole number as people write it."""
    return int(value) if type(value) is float and value.is_integer() and abs(value) < 2**53 else value


def _examples(present: Column) -> tuple[Any, ...]:
    found: dict[bytes, Any] = {}
    for value in present.head(_DATE_SAMPLE).tolist():
        text = orjson.dumps(_whole(value), default=str, option=orjson.OPT_NON_STR_KEYS)
        if len(text) <= _MAX_EXAMPLE_BYTES:
            found.setdefault(text, orjson.loads(text))
        if len(found) == MAX_EXAMPLES:
            break
    return tuple(found.values())
