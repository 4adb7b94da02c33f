"""A soak's report: the table that ``make soak`` ends with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table

from tests.soak.run import Report

_SHOWN = 20


def print_report(report: Report, console: Console) -> None:
    """Print what was sent, what became of it, what went wrong, and the first differences."""
    console.print(_table("Sent and answered", _answers(report)))
    console.print(_table("Lines in the lake", _lines(report)))
    console.print(_table("Faults injected", sorted(report.faults.items())))
    for difference in report.findings.differences[:_SHOWN]:
        console.print(f"[red]{difference}", highlight=False)
    verdict = "exact" if report.is_exact else f"broken: {len(report.findings.differences)} differences"
    console.print(f"{report.findings.hours} hours of clients, {report.seconds:.0f} s: the invariant is {verdict}")


def _table(title: str, rows: Iterable[tuple[str, int]]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(width=40)
    table.add_column(justify="right", width=12)
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    return table


def _answers(report: Report) -> Iterator[tuple[str, int]]:
    ledger = report.ledger
    yield from ((f"events {what}", ledger.events[what]) for what in ("sent", "answered 200", "refused"))
    yield from ((f"requests {what}", count) for what, count in sorted(ledger.requests.items()))


def _lines(report: Report) -> Iterator[tuple[str, int]]:
    yield from report.findings.lines.items()
