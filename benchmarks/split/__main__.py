"""The split, engine by engine: ``python -m benchmarks.split [--events N] [--rounds N]``.

Contestants split the same files in turn, round by round, each on one core and in a process of its own, so that a noisy
machine disturbs them alike; ratios count, absolute figures are indicative. Rates are of JSON per second of a core.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.split.data import Raw, large_object, raw_events
from benchmarks.split.measure import Figures, in_scratch
from benchmarks.split.verify import same_lines

OURS = "benchmarks.split.lambda_engine"
SPARK = "benchmarks.split.pyspark_one_core"
CONTESTANTS = {
    OURS: "Augury, Lambda engine",
    "benchmarks.split.polars_rival": "Polars, path by path",
    "benchmarks.split.polars_strict_rival": "Polars, strict JSON",
    SPARK: "PySpark, from_json",
}
"""The strict reading of Polars ends at the first bad line, and its file is read again path by path."""

TIMES_FASTER = {"benchmarks.split.polars_rival": 1.5, SPARK: 4.0}
"""How many times faster than a rival the Lambda engine has to be, per core."""

PEAK_MB = 400.0
"""How much memory the Lambda engine may take, whatever it splits."""


def main() -> None:
    """Measure and print the tables."""
    options = _options()
    out = Console()
    raw = raw_events(options.events, clients=20)
    best = _best_of(options.rounds, raw)
    out.print(_rates(raw, best))
    is_same = in_scratch(OURS, raw.directory, lambda target: same_lines(raw.directory, target))[1]
    out.print(f"Its output and failed/split/ hold the input: {_verdict('line for line', is_same)}")
    if not options.no_large:
        out.print(_memory(best[OURS]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.split", description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000, help="events to split (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--no-large", action="store_true", help="leave out the object of 128 MiB")
    return parser.parse_args()


def _best_of(rounds: int, raw: Raw) -> dict[str, Figures]:
    """Return the least time that each contestant took, as whatever else runs can only add to it."""
    contestants = [module for module in CONTESTANTS if module != SPARK or _has_spark()]
    runs: dict[str, list[Figures]] = {module: [] for module in contestants}
    for _ in range(rounds):
        for module in contestants:
            runs[module].append(in_scratch(module, raw.directory, lambda _: None)[0])
    return {
        module: Figures(
            wall_s=min(run.wall_s for run in figures),
            cpu_s=min(run.cpu_s for run in figures),
            peak_mb=max(run.peak_mb for run in figures),
        )
        for module, figures in runs.items()
    }


def _count_files(target: Path) -> int:
    return sum(path.is_file() for path in target.rglob("*"))


def _has_spark() -> bool:
    return bool(shutil.which("java") and importlib.util.find_spec("pyspark"))


def _rates(raw: Raw, best: dict[str, Figures]) -> Table:
    title = f"{raw.events:,} events of {raw.clients} clients, {raw.text_bytes / 1e6:.0f} MB of JSON, one core"
    table = _table(title, "engine", "MB/s", "on the clock", "ours is", "asked", "peak")
    for module, figures in best.items():
        ratio, asked = figures.cpu_s / best[OURS].cpu_s, TIMES_FASTER.get(module)
        table.add_row(
            CONTESTANTS[module],
            f"{raw.text_bytes / 1e6 / figures.cpu_s:.0f}",
            f"{raw.text_bytes / 1e6 / figures.wall_s:.0f}",
            "" if module == OURS else f"{ratio:.2f} x",
            _verdict(f">= {asked} x", ratio >= asked) if asked else "",
            f"{figures.peak_mb:.0f} MB",
        )
    return table


def _memory(usual: Figures) -> Table:
    raw = large_object()
    large, outputs = in_scratch(OURS, raw.directory, _count_files)
    table = _table("Augury, Lambda engine, in bounded memory", "what", "MB/s", "outputs", "peak", "asked")
    asked = f"< {PEAK_MB:.0f} MB"
    table.add_row("the files above", "", "", f"{usual.peak_mb:.0f} MB", _verdict(asked, usual.peak_mb < PEAK_MB))
    table.add_row(
        f"one object of 128 MiB, {raw.text_bytes / 1e6:.0f} MB of JSON, {raw.clients:,} clients",
        f"{raw.text_bytes / 1e6 / large.cpu_s:.0f}",
        f"{outputs:,}",
        f"{large.peak_mb:.0f} MB",
        _verdict(asked, large.peak_mb < PEAK_MB),
    )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(*columns, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _verdict(asked: str, holds: bool) -> str:
    return f"[green]{asked}: yes[/]" if holds else f"[red]{asked}: no[/]"


if __name__ == "__main__":
    main()
