"""What the drills saw, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from tests.drills.load import Asked
from tests.drills.scenes import Outcome
from tests.drills.weight import Weight


def print_report(outcomes: Mapping[str, Outcome], heavy: Weight, console: Console) -> None:
    """Print one line a drill, and the answers that should not have been."""
    table = Table(title="Serving under load", title_justify="left")
    table.add_column("drill", no_wrap=True)
    for name in ("requests", "wrong", "asked again", "p50 ms", "p99 ms"):
        table.add_column(name, justify="right")
    table.add_column("seen")
    for name, outcome in outcomes.items():
        counts = (len(outcome.asked), len(outcome.wrong), outcome.asked_again)
        times = (f"{percentile(outcome.asked, share):.1f}" for share in (0.5, 0.99))
        table.add_row(name, *(f"{number:,}" for number in counts), *times, outcome.seen)
    console.print(table)
    if heavy.requests is not None:
        console.print(f"wrk, beside them all: {heavy.requests:,} requests, {heavy.failed:,} not answered")
    for name, outcome in outcomes.items():
        for one in outcome.wrong[:3]:
            console.print(f"{name}: key {one.key} got {one.status} {one.answer}", markup=False)


def percentile(asked: Sequence[Asked], share: float) -> float:
    """Return the latency, in milliseconds, that a share of the requests did not exceed."""
    return sorted(one.latency_ms for one in asked)[int(share * (len(asked) - 1))]
