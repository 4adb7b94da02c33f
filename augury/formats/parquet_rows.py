"""Rows of Parquet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, Any

from augury.errors import AuguryError, Detail, Kind
from augury.formats.arrow_values import column_readers
from augury.formats.rows import Row, SourceUnreadable

_BATCH_ROWS = 1_000
_ADVICE = {
    Kind.INVALID_JSON: "NaN and Infinity have no JSON value",
    Kind.NUMBER_OUT_OF_RANGE: "is beyond int64: cast the column to text",
}


def parquet_rows(file: IO[bytes]) -> Iterator[Row]:
    """Yield the rows of a Parquet file, numbered from 1.

    Booleans, integers, floats, texts, and lists and structs of these become the JSON value that is the same; a null is
    a null. A float32 becomes the float64 of the same value, a decimal the nearest float64, or an integer where it has
    no decimal places. Times have no JSON value and become text: a timestamp as in RFC 3339 in UTC with as many digits
    as its unit has (one without a zone is taken for UTC), a date as ``2026-11-23``, a time of day as ``09:30:00``.

    Parameters
    ----------
    file : binary file
        Can be sought in.

    Raises
    ------
    SourceUnreadable
        It is no Parquet file, or a column has a type that JSON can't say; the message names the column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(file)
        readers = column_readers(parquet.schema_arrow)
        number = 0
        for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
            columns = [reader(column) for reader, column in zip(readers.values(), batch.columns, strict=True)]
            for values in zip(*columns, strict=True):
                number += 1
                yield _row(number, dict(zip(readers, values, strict=True)))
    except (pa.ArrowException, OSError) as error:
        raise SourceUnreadable(f"not readable as Parquet: {str(error).splitlines()[0]}") from None


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
        return None if -(2**63) <= value < 2**63 else Kind.NUMBER_OUT_OF_RANGE  # uint64 and decimals go beyond
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_broken_rule, inner)), None)
