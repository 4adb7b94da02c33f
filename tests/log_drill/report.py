"""A drill's report: the table that ``make log-drill`` ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from tests.log_drill.run import Report

_SHOWN = 20


def print_report(report: Report, console: Console) -> None:
    """Print what was answered, what the log has of it, and the first differences."""
    table = Table(title="Predictions and their log", title_justify="left", show_header=False)
    table.add_column(width=48)
    table.add_column(justify="right", width=12)
    for name, value in _rows(report):
        table.add_row(name, value)
    console.print(table)
    for difference in report.findings.differences[:_SHOWN]:
        console.print(f"[red]{difference}", highlight=False)
    found = len(report.findings.differences)
    verdict = "as documented" if not found else f"broken: {found} differences"
    console.print(f"{report.seconds:.0f} s: the prediction log is {verdict}")


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    findings, stops = report.findings, Counter(life.stop for life in report.lives)
    yield "predictions asked for", f"{report.scenario.predictions:,}"
    yield "predictions answered", f"{findings.answered:,}"
    yield "predictions in the log, read once each", f"{findings.logged:,}"
    for how in ("SIGTERM", "SIGKILL", "none"):
        yield f"processes stopped by {how}", f"{stops[how]:,}"
        yield "    answered by them and not in the log", f"{findings.lost.get(how, 0):,}"
    yield "age of the oldest loss, s", f"{findings.oldest_lost_s:.2f}"
    yield "    documented limit, s", f"{report.scenario.longest_loss_s:.2f}"
    yield "lines that Firehose laid twice", f"{findings.twice:,}"
    for fault, count in sorted(report.faults.items()):
        yield f"Firehose: {fault}", f"{count:,}"
