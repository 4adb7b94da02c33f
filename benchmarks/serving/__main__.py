"""Measure what is asked for and print the tables.

``python -m benchmarks.serving [speed|handler|cold|many|soak …]``; everything unless sections are named. Servers have a
core to themselves where the machine has several, and are loaded in turn, so that a noisy machine disturbs them alike:
ratios count, absolute figures are indicative.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.pipelines.__main__ import table_of
from benchmarks.pipelines.figure import Figure
from benchmarks.serving import cold, handler, many, ours, soak, speed
from benchmarks.serving.contestants import Contestant, rivals
from benchmarks.serving.cores import LOAD_CORES
from benchmarks.serving.environments import ROOT, Workshop


@dataclass
class Bench:
    """One run: its options, what it has made so far, and the figures that are judged at its end."""

    options: argparse.Namespace
    workshop: Workshop
    backing: ours.Backing
    console: Console
    figures: list[Figure] = field(default_factory=list)
    known: list[Contestant] = field(default_factory=list)

    def rivals(self) -> list[Contestant]:
        """Return the rivals, made once."""
        if not self.known:
            self.known = rivals(self.workshop, self.backing.scratch)
        return self.known

    def server(self) -> Contestant:
        """Return our server, with a fresh token."""
        return ours.server(self.backing, self.workshop)


def run_speed(bench: Bench) -> None:
    """Compare requests per second and latencies."""
    server = bench.server()
    speeds = speed.compare([server, *bench.rivals()], bench.options.rounds, bench.options.seconds)
    bench.console.print(speed.table(speeds, "One row a request over HTTP, one process and one thread each"))
    bench.figures += speed.figures(speeds.pop(server.name), list(speeds.values()))


def run_handler(bench: Bench) -> None:
    """Measure the Lambda handler."""
    bench.figures += handler.figures(bench.backing, bench.workshop, bench.options.invocations)


def run_cold(bench: Bench) -> None:
    """Compare cold starts."""
    model_cache = bench.backing.scratch / "models"
    found = cold.starts([bench.server(), *bench.rivals()], bench.options.rounds, model_cache)
    bench.console.print(cold.table(found, "From the start of the process, bytecode compiled"))
    bench.figures += cold.figures(found[0], found[1:])


def run_many(bench: Bench) -> None:
    """Measure many clients in one process."""
    found = many.measure(bench.backing, bench.workshop, bench.options.clients)
    bench.console.print(many.table(found, f"{bench.options.clients:,} clients in turn, in one process"))
    bench.figures += many.figures(found, bench.options.clients)


def run_soak(bench: Bench) -> None:
    """Measure whether memory and latency stay as they are."""
    found = soak.parts(bench.server(), bench.options.requests)
    bench.console.print(soak.table(found, "Part by part, over HTTP on eight connections"))
    bench.figures += soak.figures(found)


SECTIONS: dict[str, Callable[[Bench], None]] = {
    "speed": run_speed,
    "handler": run_handler,
    "cold": run_cold,
    "many": run_many,
    "soak": run_soak,
}


def main() -> None:
    """Run the benchmark."""
    options = _options()
    os.sched_setaffinity(0, LOAD_CORES)
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="augury-bench-") as scratch, ours.backing(Path(scratch)) as backing:
        bench = Bench(options, Workshop(options.place), backing, console)
        for name in options.sections or SECTIONS:
            SECTIONS[name](bench)
    console.print(table_of(bench.figures, "Serving"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description="Compare serving with other model servers.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], default=[], help="what to measure, if not all")
    parser.add_argument("--rounds", type=int, default=5, help="how often each server is measured")
    parser.add_argument("--seconds", type=float, default=2, help="of load each time")
    parser.add_argument("--invocations", type=int, default=handler.REQUESTS, help="of the handler")
    parser.add_argument("--clients", type=int, default=many.CLIENTS, help="in one process")
    parser.add_argument("--requests", type=int, default=soak.REQUESTS, help="of the soak")
    parser.add_argument("--place", type=Path, default=ROOT / ".build" / "serving", help="where environments are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
