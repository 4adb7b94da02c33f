"""Columns of Arrow types as the values that JSON has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from augury.formats.rows import SourceUnreadable

if TYPE_CHECKING:
    import pyarrow as pa

type ColumnReader = Callable[[pa.Array], Sequence[Any]]
"""Returns the JSON values of a column."""

type _Mend = Callable[[Any], Any]


def column_readers(schema: pa.Schema) -> dict[str, ColumnReader]:
    """Return how each column of a schema is read.

    Raises
    ------
    SourceUnreadable
        Two columns share a name, or JSON can't say what a column holds; the message names the column.
    """
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise SourceUnreadable(f"two columns are called {name!r}")
    return {name: _column_reader(name, schema.field(name).type) for name in schema.names}


def _column_reader(name: str, kind: pa.DataType) -> ColumnReader:
    mend = _mend(name, kind)
    # In two steps: a time becomes text in the zone that it has.
    steps = [step for step in (_in_utc(kind), _as_text(kind)) if step != kind]
    return partial(_values, steps=steps, mend=mend)


def _values(column: pa.Array, steps: Sequence[pa.DataType], mend: _Mend | None) -> Sequence[Any]:
    for step in steps:
        column = column.cast(step)
    values: list[Any] = column.to_pylist()
    return values if mend is None else [None if value is None else mend(value) for value in values]


def _mend(name: str, kind: pa.DataType) -> _Mend | None:
    """Return what makes a JSON value of what Arrow gives of a type; None where that is one already.

    Raises
    ------
    SourceUnreadable
        Bytes, maps and durations: how to write them is a choice, and it is the owner's.
    """
    from pyarrow import types

    if types.is_struct(kind):
        return _struct_mend(name, kind)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = _mend(f"{name}[]", kind.value_type)
        return inner and (lambda values: [None if value is None else inner(value) for value in values])
    if types.is_decimal(kind):
        return float if kind.scale > 0 else int
    if types.is_timestamp(kind):
        return _rfc3339
    if types.is_dictionary(kind):
        kind = kind.value_type
    elif types.is_date(kind) or types.is_time(kind):
        return None
    if any(same(kind) for same in _same_in_json()):
        return None
    raise SourceUnreadable(f"column {name!r} is of type {kind}, which JSON has not: cast it to text or to a number")


def _struct_mend(name: str, kind: pa.DataType) -> _Mend | None:
    if len({field.name for field in kind}) < kind.num_fields:
        raise SourceUnreadable(f"column {name!r}: a struct names a field twice")
    found = {field.name: _mend(f"{name}.{field.name}", field.type) for field in kind}
    mends = {field: mend for field, mend in found.items() if mend is not None}
    if not mends:
        return None
    return lambda value: {
        field: mends[field](inner) if inner is not None and field in mends else inner for field, inner in value.items()
    }


def _same_in_json() -> tuple[Callable[[pa.DataType], bool], ...]:
    from pyarrow import types

    return (
        types.is_boolean,
        types.is_integer,
        types.is_floating,
        types.is_string,
        types.is_large_string,
        types.is_null,
    )


def _rfc3339(text: str) -> str:
    return text.replace(" ", "T", 1)


def _in_utc(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return _replaced(kind, lambda leaf: pa.timestamp(leaf.unit, "UTC") if pa.types.is_timestamp(leaf) else leaf)


def _as_text(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    def text(leaf: pa.DataType) -> pa.DataType:
        return pa.string() if pa.types.is_temporal(leaf) else leaf

    return _replaced(kind, text)


def _replaced(kind: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """Return a type with its innermost types replaced."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_replaced(field.type, leaf)) for field in kind])
    if pa.types.is_large_list(kind):
        return pa.large_list(_replaced(kind.value_type, leaf))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_replaced(kind.value_type, leaf), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(_replaced(kind.value_type, leaf))
    return leaf(kind)
