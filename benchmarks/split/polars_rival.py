"""The usual way to split by client and day in Polars: lines, the two fields of each, a partition, a file for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl


def owners(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the two fields of each line that decide; null where a line is no JSON or has none."""
    line = pl.col("line").str
    return lines.with_columns(line.json_path_match(f"$.{name}").alias(name) for name in ("client", "_received_at"))


def split(source: Path, target: Path, owners: Callable[[pl.DataFrame], pl.DataFrame] = owners) -> None:
    """Split all files of a directory, one after the other, as lines that are kept as text."""
    for path in sorted(source.rglob("*.gz")):
        _split_file(path, target, owners)


def _split_file(path: Path, target: Path, owners: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    day = pl.col("_received_at").str.slice(0, 10).str.to_date(strict=False)
    is_whole = pl.col("client").is_not_null() & pl.col("day").is_not_null()
    client = pl.when(is_whole).then(pl.col("client")).otherwise(pl.lit("_failed"))
    placed = owners(pl.read_lines(path)).with_columns(day=day).with_columns(client=client)
    for (owner, on), part in placed.partition_by(["client", "day"], as_dict=True).items():
        folder = target / f"{owner}" / f"{on}"
        folder.mkdir(parents=True, exist_ok=True)
        part.select("line").write_csv(
            folder / f"{path.stem}.json.gz",
            include_header=False,
            quote_style="never",
            compression="gzip",
            compression_level=1,
        )
