"""Requests per second and latency over HTTP, one row a request, all servers up and loaded in turn."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from rich.table import Table

from benchmarks.pipelines.figure import Figure
from benchmarks.serving import model
from benchmarks.serving.contestants import Contestant
from benchmarks.serving.load import put_load
from benchmarks.serving.servers import Running, post, running

ROWS = 500
CONNECTIONS = 8
MOST_DIFFERENCE = 1e-6
"""Greatest difference of a probability from the fitted pipeline's: float32 holds seven digits."""

LEAST_TIMES_RATE = 20.0
MOST_SHARE_OF_LATENCY = 1 / 15


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians of a contestant's rounds.

    Parameters
    ----------
    alone_p50_us, alone_p99_us : float
        Latencies on one connection, in microseconds.
    per_second : float
        Requests per second on eight connections.
    crowded_p50_us, crowded_p99_us : float
        Latencies there.
    resident_mb : float
        Memory of its processes at the end.
    """

    alone_p50_us: float
    alone_p99_us: float
    per_second: float
    crowded_p50_us: float
    crowded_p99_us: float
    resident_mb: float


def compare(contestants: Sequence[Contestant], rounds: int, seconds: float) -> dict[str, Speed]:
    """Start every server, check that all give the same answers, and load them in turn.

    Raises
    ------
    RuntimeError
        Answers differ, or a request failed.
    """
    rows = model.rows(ROWS)
    bodies = {each.name: each.bodies(rows) for each in contestants}
    measured: dict[str, list[tuple[float, ...]]] = {each.name: [] for each in contestants}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(each, bodies[each.name][0])) for each in contestants]
        for server in servers:
            check_agreement(server.contestant, bodies[server.contestant.name])
        for _ in range(rounds):
            for server in servers:
                measured[server.contestant.name].append(_round(server, bodies, seconds))
    return {name: Speed(*map(statistics.median, zip(*each, strict=True))) for name, each in measured.items()}


def check_agreement(contestant: Contestant, bodies: Sequence[bytes], count: int = 100) -> None:
    """Hold a contestant's answers to the fitted pipeline's.

    Raises
    ------
    RuntimeError
        Some answer differs by more than :data:`MOST_DIFFERENCE`, or is an error.
    """
    expected = model.fitted().predict_proba(model.features(ROWS))[:count, 1]
    for body, probability in zip(bodies, expected, strict=False):
        status, answer = post(contestant, body)
        if status != 200 or abs(contestant.probability(json.loads(answer)) - probability) > MOST_DIFFERENCE:
            raise RuntimeError(f"{contestant.name} answered {status} {answer[:300]!r}, not {probability}")


def table(speeds: Mapping[str, Speed], title: str) -> Table:
    """Return the comparison as a table."""
    columns = ("server", "requests/s", "p50 of 8", "p99 of 8", "p50 of 1", "p99 of 1", "memory")
    made = Table(*columns, title=title, title_justify="left")
    for column in made.columns[1:]:
        column.justify = "right"
    for name, speed in speeds.items():
        latencies = (speed.crowded_p50_us, speed.crowded_p99_us, speed.alone_p50_us, speed.alone_p99_us)
        times = (f"{latency / 1000:.2f} ms" for latency in latencies)
        made.add_row(name, f"{speed.per_second:,.0f}", *times, f"{speed.resident_mb:.0f} MB")
    return made


def figures(ours: Speed, rivals: Sequence[Speed]) -> list[Figure]:
    """Return how far ahead of the best rival we are."""
    times = ours.per_second / max(rival.per_second for rival in rivals)
    share = ours.alone_p50_us / min(rival.alone_p50_us for rival in rivals)
    return [
        Figure("requests per second, of the best rival's", f"{times:.1f} x", ">= 20 x", times >= LEAST_TIMES_RATE),
        Figure(
            "p50 on one connection, of the best rival's",
            f"1/{1 / share:.0f}",
            "<= 1/15",
            share <= MOST_SHARE_OF_LATENCY,
        ),
    ]


def _round(server: Running, bodies: Mapping[str, Sequence[bytes]], seconds: float) -> tuple[float, ...]:
    contestant = server.contestant
    alone = put_load(contestant, bodies[contestant.name], connections=1, seconds=seconds)
    crowded = put_load(contestant, bodies[contestant.name], connections=CONNECTIONS, seconds=seconds)
    memory = server.resident_mb_now()
    return alone.p50_us, alone.p99_us, crowded.per_second, crowded.p50_us, crowded.p99_us, memory
