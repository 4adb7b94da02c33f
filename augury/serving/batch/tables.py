"""The output of a batch: NDJSON, CSV or Parquet, which appears whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import batched
from pathlib import Path
from typing import Any

import orjson

from augury.artifacts import Manifest

_ROWS_AT_ONCE = 1_000


class OutputFormat(StrEnum):
    """What predictions are written in."""

    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


def output_format(path: Path) -> OutputFormat:
    """Return the format that the name of an output says.

    Raises
    ------
    ValueError
        It says none.

    Examples
    --------
    >>> output_format(Path("scores.parquet"))
    <OutputFormat.PARQUET: 'parquet'>
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in list(OutputFormat):
        raise ValueError(f"--out {path}: the name must end with .ndjson, .csv or .parquet")
    return OutputFormat(suffix)


def publish(spooled: Path, out: Path, manifest: Manifest) -> None:
    """Write the output from spooled outcomes, in the format that its name says; a reader sees all of it or none.

    Parameters
    ----------
    spooled : Path
        Outcomes as NDJSON. It may be moved away.
    out : Path
        The output; what was there is replaced.
    manifest : Manifest
        What the model answers.
    """
    match output_format(out):
        case OutputFormat.NDJSON:
            spooled.replace(out)
        case OutputFormat.CSV:
            _replace(out, spooled, manifest, _write_csv)
        case OutputFormat.PARQUET:
            _replace(out, spooled, manifest, _write_parquet)


def _replace(out: Path, spooled: Path, manifest: Manifest, write: Any) -> None:
    arriving = out.with_name(f"{out.name}.new")
    with spooled.open("rb") as lines:
        write(arriving, manifest, _flat(lines, manifest))
    arriving.replace(out)


def _columns(manifest: Manifest) -> dict[str, str]:
    """Return the columns of a table, with the Arrow type of each."""
    if manifest.kind == "regression":
        return {"row": "int64", "prediction": "double", "error": "string"}
    probabilities = {_probability(name): "double" for name in manifest.classes or ()}
    return {"row": "int64", "predictedClass": "string", "confidence": "double", **probabilities, "error": "string"}


def _probability(name: str) -> str:
    return f"probability_{name}"


def _flat(lines: Iterable[bytes], manifest: Manifest) -> Iterator[dict[str, Any]]:
    for outcome in map(orjson.loads, lines):
        row = {"row": outcome["row"], "error": _reason(outcome["error"])}
        best, *_ = predictions = outcome["predictions"] or [{}]
        if manifest.kind == "regression":
            yield row | {"prediction": best.get("prediction")}
        else:
            probabilities = {_probability(one["predictedClass"]): one["prediction"] for one in predictions if one}
            chosen = {"predictedClass": best.get("predictedClass"), "confidence": best.get("confidence")}
            yield row | chosen | probabilities


def _reason(error: dict[str, Any] | None) -> str | None:
    """Return an error in one line, such as ``f1: a number is required``."""
    if error is None:
        return None
    details = [f"{detail['loc'][-1]}: {detail['msg']}" for detail in error.get("details", ())]
    return "; ".join(details) or str(error["error_msg"])


def _write_csv(path: Path, manifest: Manifest, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(_columns(manifest)))
        table.writeheader()
        table.writerows(rows)


def _write_parquet(path: Path, manifest: Manifest, rows: Iterable[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in _columns(manifest).items()])
    with pq.ParquetWriter(path, schema) as table:
        for some in batched(rows, _ROWS_AT_ONCE):
            chunk: Sequence[dict[str, Any]] = some
            table.write_table(pa.Table.from_pylist(list(chunk), schema=schema))
