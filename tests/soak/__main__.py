"""``python -m tests.soak``: the soak on the command line; exit code 1 where something does not add up."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from tests.soak.report import print_report
from tests.soak.run import Report, Soak
from tests.soak.scenario import FULL, Scenario


def main() -> int:
    """Run the soak that the arguments ask for."""
    console = Console()
    report = _run(_scenario(), console)
    print_report(report, console)
    return 0 if report.is_exact else 1


def _scenario() -> Scenario:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--events", type=int, default=FULL.events, help="how many to send at least (%(default)s)")
    parser.add_argument("--clients", type=int, default=FULL.clients, help="by how many clients (%(default)s)")
    parser.add_argument("--hours", type=float, default=FULL.lasting / timedelta(hours=1), help="over how long")
    parser.add_argument("--seed", type=int, default=FULL.seed, help="the same seed draws the same soak (%(default)s)")
    given = parser.parse_args()
    lasting = timedelta(hours=given.hours)
    return replace(FULL, events=given.events, clients=given.clients, lasting=lasting, seed=given.seed)


def _run(scenario: Scenario, console: Console) -> Report:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress("events", *columns, console=console, transient=True) as progress:
        task = progress.add_task("events", total=scenario.events)
        return Soak(scenario).run(lambda sent: progress.update(task, completed=sent))


if __name__ == "__main__":
    raise SystemExit(main())
