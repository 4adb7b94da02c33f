"""Our Spark engine beside the usual PySpark job, on the same Spark; and with a hundred times the clients.

Run it by itself with ``python -m benchmarks.split.spark_comparison --events 2000000``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Table

from augury.split.bulk import local_spark
from benchmarks.split import pyspark_rival, spark_engine
from benchmarks.split.data import Raw, raw_events

CORES = 2
ROUNDS = 3
FEW, USUAL, MANY = 10, 20, 1_000
MOST_OF_THE_RIVALS_TIME = 1.2
MOST_OF_THE_TIME_OF_FEW_CLIENTS = 1.3


@dataclass(frozen=True, slots=True)
class Spark:
    """Seconds of each contestant, the median of some rounds.

    Parameters
    ----------
    ours, rival : float
        On the usual number of clients.
    few, many : float
        Ours with 10 and with 1,000 clients.
    text_bytes : int
        Uncompressed bytes of the usual data.
    """

    ours: float
    rival: float
    few: float
    many: float
    text_bytes: int

    @property
    def against_rival(self) -> float:
        """Our time in the rival's."""
        return self.ours / self.rival

    @property
    def against_few(self) -> float:
        """Our time with many clients in that with few."""
        return self.many / self.few


def compare(events: int, rounds: int = ROUNDS) -> Spark:
    """Time all contestants in turn, round by round, so that a noisy machine disturbs them alike."""
    usual, few, many = (raw_events(events, clients) for clients in (USUAL, FEW, MANY))
    settings = {"spark.driver.memory": "4g", **pyspark_rival.settings()}
    with tempfile.TemporaryDirectory() as directory, local_spark(CORES, settings=settings) as context:
        target, session = Path(directory), SparkSession(context)

        def ours(raw: Raw) -> Callable[[], object]:
            return lambda: spark_engine.split(context, raw.directory, target / "ours")

        contestants = {
            "ours": ours(usual),
            "rival": lambda: pyspark_rival.split(session, usual.directory / "logs", target / "rival"),
            "few": ours(few),
            "many": ours(many),
        }
        _warm_up(contestants)
        times: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(rounds):
            for name, run in contestants.items():
                times[name].append(_timed(run))
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    return Spark(**medians, text_bytes=usual.text_bytes)


def show(found: Spark, out: Console) -> None:
    """Print the times, and whether the targets held."""
    table = Table("Spark, local[2]", "s", "MB/s", title_justify="left")
    for name, seconds in (("ours", found.ours), ("text + from_json + partitionBy", found.rival)):
        table.add_row(name, f"{seconds:.1f}", f"{found.text_bytes / 1e6 / seconds:.0f}")
    table.add_row(f"ours, {FEW} clients", f"{found.few:.1f}", "")
    table.add_row(f"ours, {MANY:,} clients", f"{found.many:.1f}", "")
    out.print(table)
    _say(out, "our time in the rival's", found.against_rival, MOST_OF_THE_RIVALS_TIME)
    _say(out, f"{MANY:,} clients in the time of {FEW}", found.against_few, MOST_OF_THE_TIME_OF_FEW_CLIENTS)


def _say(out: Console, what: str, ratio: float, most: float) -> None:
    held = "[green]held[/]" if ratio <= most else "[red]missed[/]"
    out.print(f"{what}: {ratio:.2f}, at most {most}: {held}")


def _warm_up(contestants: dict[str, Callable[[], object]]) -> None:
    """Run ours and the rival's once: the first of either also loads classes."""
    for name in ("ours", "rival"):
        contestants[name]()


def _timed(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    show(compare(options.events, options.rounds), Console())
