"""What a split did or would do, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table

from augury.cli import session
from augury.split import Fate, SplitResult
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.planning import Scope
from augury.split.bulk.summary import DaySummary, days_of, outcomes_as_json, survey_as_json, totals_of
from augury.split.bulk.survey import Survey

_SHOWN = 50


def show_survey(found: Survey, *, rewrites: bool, as_json: bool) -> None:
    """Say what would be read and replaced."""
    content = survey_as_json(found) if rewrites else {**survey_as_json(found), "days": []}
    if as_json:
        return session.print_json(content)
    out, sources = session.console(), content["sources"]
    table = _table("Raw objects", "", "objects", "MB")
    table.add_row("to be split", f"{sources['to_split']:,}", _megabytes(sources["size_bytes"]))
    for name in ("done", "busy", "of_an_unfinished_run", "overwritten"):
        table.add_row(name.replace("_", " "), f"{sources[name]:,}", "")
    out.print(table)
    if rewrites:
        days = _table("Days that are there", "client", "day", "files", "MB", "rewritten")
        for day in content["days"][:_SHOWN]:
            size = _megabytes(day["size_bytes"])
            days.add_row(day["client"], str(day["day"]), f"{day['files']:,}", size, day["rewritten"])
        out.print(days)
        _say_more(len(content["days"]))
    return out.print("Nothing was changed.")


def show_outcomes(outcomes: Sequence[BulkOutcome], scope: Scope, *, as_json: bool) -> None:
    """Say what was done in bulk; only the days of one client, where it was done for one."""
    if as_json:
        return session.print_json(outcomes_as_json(outcomes))
    out = session.console()
    if not outcomes:
        return out.print("There was nothing to do.")
    days = [day for day in days_of(outcomes) if scope.client in (None, day.client)]
    table = _table("Days", "client", "day", "lines", "duplicates", "conflicts", "files", "MB")
    for day in days[:_SHOWN]:
        table.add_row(*_cells(day))
    out.print(table)
    _say_more(len(days))
    totals = _table("In all", "", "")
    for name, count in totals_of(outcomes).items():
        totals.add_row(name.replace("_", " "), f"{count:,}")
    out.print(totals)
    _say_what_is_odd(outcomes)
    return None


def show_results(results: Sequence[SplitResult], busy: Sequence[str], *, as_json: bool) -> None:
    """Say what became of objects that were split one by one."""
    fates = Counter(result.fate for result in results)
    totals = {
        "objects": len(results),
        **{str(fate): fates[fate] for fate in Fate},
        "busy": len(busy),
        "lines": sum(result.counts.split for result in results),
        "failed": sum(result.counts.failed for result in results),
    }
    odd = [result for result in results if result.fate not in (Fate.SPLIT, Fate.SETTLED)]
    if as_json:
        return session.print_json(
            {"total": totals, "busy": list(busy), "not_split": [asdict(result) for result in odd]}
        )
    table = _table("Split", "", "")
    for name, count in totals.items():
        table.add_row(name, f"{count:,}")
    session.console().print(table)
    for result in odd[:_SHOWN]:
        session.console().print(f"{result.source}: {result.fate}", markup=False, soft_wrap=True)
    return None


def _say_what_is_odd(outcomes: Sequence[BulkOutcome]) -> None:
    said = [
        *(
            f"{report.source.key}: quarantined, {report.counts.quarantined}"
            for outcome in outcomes
            for report in outcome.sources
            if report.counts.quarantined is not None
        ),
        *(f"{key}: can't be read, and stays as it is" for outcome in outcomes for key in outcome.unreadable),
    ]
    for line in said[:_SHOWN]:
        session.console().print(line, markup=False, soft_wrap=True)
    _say_more(len(said))


def _say_more(count: int) -> None:
    if count > _SHOWN:
        session.console().print(f"… and {count - _SHOWN:,} more; --json shows all")


def _table(title: str, *columns: str) -> Table:
    table = Table(*columns, title=title, title_justify="left", show_header=any(columns))
    for column in table.columns[1:]:
        column.justify = "left" if column.header in ("day", "rewritten") else "right"
    return table


def _cells(day: DaySummary) -> tuple[str, ...]:
    counts = (day.lines, day.duplicates, day.conflicts, day.files)
    return (day.client, str(day.day), *(f"{count:,}" for count in counts), _megabytes(day.size_bytes))


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.1f}"
