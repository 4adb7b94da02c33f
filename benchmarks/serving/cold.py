"""From the start of a process to its first answer, and its memory then."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from benchmarks.pipelines.figure import Figure
from benchmarks.serving import model
from benchmarks.serving.contestants import Contestant
from benchmarks.serving.servers import running

MOST_OF_RIVAL = 0.6
MOST_MB = 140.0
INDICATIVE_S = 0.5


@dataclass(frozen=True, slots=True)
class Start:
    """Medians of a contestant's starts."""

    contestant: Contestant
    seconds: float
    resident_mb: float


def starts(contestants: Sequence[Contestant], rounds: int, model_cache: Path) -> list[Start]:
    """Start each server in turn, round by round; a first round, which compiles bytecode, does not count."""
    body = {each.name: each.bodies(model.rows(1))[0] for each in contestants}
    measured: dict[str, list[tuple[float, float]]] = {each.name: [] for each in contestants}
    for counts in [False] + [True] * rounds:
        for each in contestants:
            shutil.rmtree(model_cache, ignore_errors=True)  # ours fetches its artifact from S3
            with running(each, body[each.name]) as server:
                if counts:
                    measured[each.name].append((server.started_s, server.resident_mb))
    return [Start(each, *map(statistics.median, zip(*measured[each.name], strict=True))) for each in contestants]


def table(found: Sequence[Start], title: str) -> Table:
    """Return the starts as a table."""
    made = Table("server", "to the first answer", "memory then", title=title, title_justify="left")
    for column in made.columns[1:]:
        column.justify = "right"
    for start in found:
        made.add_row(start.contestant.name, f"{start.seconds * 1000:.0f} ms", f"{start.resident_mb:.0f} MB")
    return made


def figures(ours: Start, rivals: Sequence[Start]) -> list[Figure]:
    """Return how our start compares with the best rival's."""
    share = ours.seconds / min(rival.seconds for rival in rivals)
    memory = ours.resident_mb
    return [
        Figure("cold start, of the best rival's", f"{share:.2f} x", "<= 0.6 x", share <= MOST_OF_RIVAL),
        Figure("memory at the first answer", f"{memory:.0f} MB", "<= 140 MB", memory <= MOST_MB),
        Figure("cold start (indicative)", f"{ours.seconds * 1000:.0f} ms", "<= 500 ms", ours.seconds <= INDICATIVE_S),
    ]
