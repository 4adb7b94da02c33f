"""Half a million requests over HTTP, which neither memory nor latency should notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from benchmarks.pipelines.figure import Figure
from benchmarks.serving import model
from benchmarks.serving.contestants import Contestant
from benchmarks.serving.load import Load, put_load
from benchmarks.serving.servers import running

REQUESTS = 500_000
CONNECTIONS = 8
PARTS = 10
MOST_GROWTH_MB = 10.0
MOST_TIMES_SLOWER = 1.25
_WARM_UP_S = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """A tenth of the requests, and the memory after it in MB."""

    load: Load
    resident_mb: float


def parts(contestant: Contestant, requests: int) -> list[Part]:
    """Send so many requests or some more, and look at each tenth of them."""
    bodies = contestant.bodies(model.rows(500))
    with running(contestant, bodies[0]) as server:
        rate = put_load(contestant, bodies, connections=CONNECTIONS, seconds=_WARM_UP_S).per_second
        found: list[Part] = []
        while sum(part.load.requests for part in found) < requests:
            load = put_load(contestant, bodies, connections=CONNECTIONS, seconds=requests / PARTS / rate)
            found.append(Part(load, server.resident_mb_now()))
    return found


def table(found: Sequence[Part], title: str) -> Table:
    """Return the parts as a table."""
    made = Table("part", "requests", "requests/s", "p50", "p99", "memory", title=title, title_justify="left")
    for column in made.columns:
        column.justify = "right"
    for number, part in enumerate(found, 1):
        load = part.load
        latencies = (f"{latency / 1000:.2f} ms" for latency in (load.p50_us, load.p99_us))
        rate, memory = f"{load.per_second:,.0f}", f"{part.resident_mb:.1f} MB"
        made.add_row(str(number), f"{load.requests:,}", rate, *latencies, memory)
    return made


def figures(found: Sequence[Part]) -> list[Figure]:
    """Return how the last third of the parts compares with the first, by medians: any one part may be disturbed."""
    first, last = found[: max(1, len(found) // 3)], found[-max(1, len(found) // 3) :]
    grown = found[-1].resident_mb - found[0].resident_mb
    is_flat = grown <= MOST_GROWTH_MB
    total = sum(part.load.requests for part in found)
    slower = [
        (median(part.load.p50_us for part in last) / median(part.load.p50_us for part in first), "p50"),
        (median(part.load.p99_us for part in last) / median(part.load.p99_us for part in first), "p99"),
    ]
    return [
        Figure(f"memory after {total:,} requests, against the first tenth", f"{grown:+.1f} MB", "<= 10 MB", is_flat),
        *(
            Figure(f"{name}, last third against first", f"{times:.2f} x", "<= 1.25 x", times <= MOST_TIMES_SLOWER)
            for times, name in slower
        ),
    ]
