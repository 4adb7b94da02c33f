"""A thousand clients in one process: what it holds in memory, and how long a cold pipeline takes."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from augury.names import ClientName
from augury.serving.models import MEMORY_PER_BYTE
from benchmarks.pipelines.figure import Figure
from benchmarks.serving import model, ours
from benchmarks.serving.artifact import trained
from benchmarks.serving.environments import Workshop, run

CLIENTS = 1_000
PASSES = 3
MOST_MB = 1_500.0
MOST_COLD_MS = 20.0


@dataclass(frozen=True, slots=True)
class Many:
    """What one process measured of itself: times in milliseconds, and its memory after each pass in MB."""

    cold_ms: list[float]
    warm_ms: list[float]
    resident_mb: list[float]


def measure(backing: ours.Backing, workshop: Workshop, clients: int) -> Many:
    """Register the clients' pipelines, and ask them in turn in a process of its own.

    There is memory for half of them: asked in turn, each has given way when it is asked again.
    """
    names = [ClientName(f"client-{number}") for number in range(clients)]
    backing.register_on_disk(names)
    listed, body = backing.scratch / "clients", backing.scratch / "body.json"
    listed.write_text("\n".join(names))
    body.write_bytes(json.dumps({"data": model.rows(1)[0]}).encode())
    of_one = MEMORY_PER_BYTE * sum(map(len, trained().files.values()))
    env = backing.environment(workshop, AUGURY_MODEL_CACHE_BYTES=str(of_one * clients // 2))
    command: list[str | Path] = [
        ours.python(workshop),
        "-m",
        "benchmarks.serving.many_clients",
        listed,
        body,
        str(PASSES),
    ]
    return Many(**json.loads(run(command, env).splitlines()[-1]))


def table(found: Many, title: str) -> Table:
    """Return the times as a table."""
    made = Table("a prediction", "p50", "p99", "greatest", title=title, title_justify="left")
    for column in made.columns[1:]:
        column.justify = "right"
    for name, durations in (
        ("artifact on the local disk", found.cold_ms),
        ("model in memory", found.warm_ms),
    ):
        cuts = statistics.quantiles(durations, n=100)
        made.add_row(name, *(f"{value:.2f} ms" for value in (cuts[49], cuts[98], max(durations))))
    return made


def figures(found: Many, clients: int) -> list[Figure]:
    """Return what is asked of many pipelines in one process."""
    memory, cold = max(found.resident_mb), statistics.quantiles(found.cold_ms, n=100)[98]
    return [
        Figure(f"memory with {clients:,} pipelines in turn", f"{memory:.0f} MB", "<= 1500 MB", memory <= MOST_MB),
        Figure("a cold one from the local disk, p99", f"{cold:.1f} ms", "<= 20 ms", cold <= MOST_COLD_MS),
    ]
