"""``python -m tests.log_drill``: the drill on the command line; exit code 1 where the log is not as documented."""

from __future__ import annotations

import argparse
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from tests.log_drill.report import print_report
from tests.log_drill.run import Report, run
from tests.log_drill.scenario import FULL, Scenario


def main() -> int:
    """Run the drill that the arguments ask for."""
    console = Console()
    report = _run(_scenario(), console)
    print_report(report, console)
    return 1 if report.findings.differences else 0


def _scenario() -> Scenario:
    parser = argparse.ArgumentParser(prog="python -m tests.log_drill", description=__doc__)
    parser.add_argument("--predictions", type=int, default=FULL.predictions, help="how many (%(default)s)")
    parser.add_argument("--workers", type=int, default=FULL.workers, help="processes at a time (%(default)s)")
    parser.add_argument("--rate", type=float, default=FULL.rate, help="predictions a second of each (%(default)s)")
    parser.add_argument("--life", type=float, default=FULL.life_s, help="seconds until a stop (%(default)s)")
    parser.add_argument("--seed", type=int, default=FULL.seed, help="of everything that is drawn (%(default)s)")
    given = parser.parse_args()
    return replace(
        FULL,
        predictions=given.predictions,
        workers=given.workers,
        rate=given.rate,
        life_s=given.life,
        seed=given.seed,
    )


def _run(scenario: Scenario, console: Console) -> Report:
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress("predictions", *columns, console=console, transient=True) as progress:
        task = progress.add_task("predictions", total=scenario.predictions)
        return run(scenario, lambda asked: progress.update(task, completed=asked))


if __name__ == "__main__":
    raise SystemExit(main())
