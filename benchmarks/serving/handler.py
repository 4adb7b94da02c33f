"""The Lambda function under AWS's runtime emulator: what its handler takes for a warm request."""

from __future__ import annotations

import itertools
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from augury.local.payload import HttpRequest, event_of
from benchmarks.pipelines.figure import Figure
from benchmarks.serving import ours
from benchmarks.serving.contestants import Contestant
from benchmarks.serving.cores import SERVER_CORES
from benchmarks.serving.emulator import binary, emulated
from benchmarks.serving.environments import Workshop
from benchmarks.serving.model import rows

REQUESTS = 5_000
MOST_US = 250.0
_WARM_UP = 200


def figures(backing: ours.Backing, workshop: Workshop, requests: int = REQUESTS) -> list[Figure]:
    """Invoke the function many times, one after the other: without Firehose, then with it after each answer."""
    wall, running = _durations(backing, workshop, requests, BENCHMARK_WITHOUT_FIREHOSE="1")
    p50, p99 = (statistics.quantiles(wall, n=100)[cut] for cut in (49, 98))
    sending, _ = _durations(backing, workshop, requests)
    return [
        Figure("the handler's own time, warm, Firehose excluded, p50", f"{p50:.0f} us", "<= 250 us", p50 <= MOST_US),
        Figure("the same, p99", f"{p99:.0f} us"),
        Figure("of it on a processor, p50", f"{statistics.median(running):.0f} us"),
        Figure(
            "its own time where Firehose's client runs after each answer, p50", f"{statistics.median(sending):.0f} us"
        ),
        Figure("invocations of each", f"{len(wall):,}"),
    ]


def _durations(
    backing: ours.Backing, workshop: Workshop, requests: int, **variables: str
) -> tuple[list[float], list[float]]:
    """Return what each answer took, in microseconds: by the wall's clock and on a processor."""
    durations = backing.scratch / "durations"
    durations.unlink(missing_ok=True)
    python = Path(sys.executable)  # the serving environment has no runtime client: on Lambda the base image brings it
    cores = ",".join(map(str, SERVER_CORES))
    env = backing.environment(workshop, BENCHMARK_DURATIONS=str(durations), BENCHMARK_CORES=cores, **variables)
    command = [str(python), "-m", "awslambdaric", "benchmarks.serving.timed_handler.handler"]
    server = ours.server(backing, workshop)
    events = [_event(server, body) for body in server.bodies(rows(200))]
    with emulated(command, binary(workshop, python), env) as function:
        for event in itertools.islice(itertools.cycle(events), _WARM_UP + requests):
            function.invoke(event)
    lines = [line.split() for line in durations.read_text().splitlines()[_WARM_UP:]]
    return [int(wall) / 1000 for wall, _ in lines], [int(running) / 1000 for _, running in lines]


def _event(server: Contestant, body: bytes) -> dict[str, Any]:
    headers = [("content-type", "application/json"), *((name.lower(), text) for name, text in server.headers.items())]
    request = HttpRequest("POST", server.path, "HTTP/1.1", headers, body, "127.0.0.1")
    return event_of(request, f"POST {server.path}", port=443, now=datetime.now(UTC))
