"""Rows of Parquet, of the types that JSON can say exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from augury.errors import AuguryError, Detail, Kind
from augury.historical.rows import Row, SourceUnreadable

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 1_000
_ADVICE = {
    Kind.INVALID_JSON: "NaN and Infinity have no JSON value",
    Kind.NUMBER_OUT_OF_RANGE: "is beyond int64: cast the column to text",
}


def parquet_rows(file: IO[bytes]) -> Iterator[Row]:
    """Yield the rows of a Parquet file, numbered from 1.

    Booleans, integers, floats, texts, and lists and structs of these become the JSON value that is the same; a null is
    a null. A float32 becomes the float64 of the same value.

    Parameters
    ----------
    file : binary file
        Can be sought in.

    Raises
    ------
    SourceUnreadable
        It is no Parquet file, or a column has a type that JSON can't say exactly; the message names the column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(file)
        _check_columns(parquet.schema_arrow)
        number = 0
        for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
            for value in batch.to_pylist():
                number += 1
                yield _row(number, value)
    except (pa.ArrowException, OSError) as error:
        raise SourceUnreadable(f"not readable as Parquet: {str(error).splitlines()[0]}") from None


def _check_columns(schema: pa.Schema) -> None:
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise SourceUnreadable(f"two columns are called {name!r}")
        _check_type(name, schema.field(name).type)


def _check_type(name: str, kind: pa.DataType) -> None:
    """Check that every value of a type has the same value in JSON.

    Times, decimals, bytes and maps have none: how to write them is a choice, and it is the owner's.
    """
    import pyarrow as pa

    types = pa.types
    if types.is_struct(kind):
        names = [field.name for field in kind]
        if len(set(names)) < len(names):
            raise SourceUnreadable(f"column {name!r}: a struct names a field twice")
        for field in kind:
            _check_type(f"{name}.{field.name}", field.type)
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        _check_type(f"{name}[]", kind.value_type)
    elif types.is_dictionary(kind):
        _check_type(name, kind.value_type)
    elif not any(same(kind) for same in _scalars()):
        raise SourceUnreadable(f"column {name!r} is of type {kind}, which JSON has not: cast it to text or to a number")


def _scalars() -> tuple[Any, ...]:
    from pyarrow import types

    return (
        types.is_boolean,
        types.is_integer,
        types.is_floating,
        types.is_string,
        types.is_large_string,
        types.is_null,
    )


def _row(number: int, value: dict[str, Any]) -> Row:
    for name, inner in value.items():
        if (kind := _broken_rule(inner)) is not None:
            return Row(number, refused=AuguryError(kind, [Detail((name,), _ADVICE[kind])]))
    return Row(number, value)


def _broken_rule(value: Any) -> Kind | None:
    """Return why a value can't be written as JSON that every reader understands alike."""
    if isinstance(value, float):
        return None if math.isfinite(value) else Kind.INVALID_JSON
    if isinstance(value, int):
        return None if value < 2**63 else Kind.NUMBER_OUT_OF_RANGE  # uint64 alone goes beyond
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_broken_rule, inner)), None)
