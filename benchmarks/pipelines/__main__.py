"""Measure everything and print the table."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from benchmarks.pipelines import auto_transform, loading, prediction
from benchmarks.pipelines.figure import Figure

_WORDS = {None: "", True: "yes", False: "no"}


def table_of(figures: list[Figure], title: str = "Pipelines") -> Table:
    """Return the figures as a table."""
    table = Table(title=title, title_justify="left")
    for column in ("what", "figure", "asked", "held"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for each in figures:
        table.add_row(each.what, each.figure, each.asked, _WORDS[each.held])
    return table


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipelines")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the frame for AutoTransform")
    rows = parser.parse_args().rows
    Console(width=110).print(table_of([*auto_transform.figures(rows), *prediction.figures(), *loading.figures()]))


if __name__ == "__main__":
    main()
