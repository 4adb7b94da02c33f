"""What a run of the split in bulk did, or would do, in rows for people and as JSON for machines: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from augury.names import ClientName
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.survey import Survey
from augury.split.entries import Outcome


@dataclass(slots=True)
class DaySummary:
    """What one client's day became.

    Parameters
    ----------
    client, day
        Whose.
    lines, duplicates, conflicts : int
        Lines in its new files; lines left out; lines in them whose id another has with other content.
    files : int
        New files.
    size_bytes : int
        Their size, compressed.
    """

    client: ClientName
    day: date
    lines: int = 0
    duplicates: int = 0
    conflicts: int = 0
    files: int = 0
    size_bytes: int = 0


def days_of(outcomes: Iterable[BulkOutcome]) -> list[DaySummary]:
    """Return what each client's day became, in order."""
    days = dict[tuple[ClientName, date], DaySummary]()
    for part in (part for outcome in outcomes for part in outcome.parts):
        day = days.setdefault((part.client, part.day), DaySummary(part.client, part.day))
        day.files += 1
        for count in ("lines", "duplicates", "conflicts", "size_bytes"):
            setattr(day, count, getattr(day, count) + getattr(part, count))
    return [days[owner] for owner in sorted(days)]


def totals_of(outcomes: Iterable[BulkOutcome]) -> dict[str, int]:
    """Return what the runs did in all."""
    totals = Counter[str]()
    for outcome in outcomes:
        counts = [report.counts for report in outcome.sources]
        totals.update(
            objects=len(counts),
            lines=sum(count.lines for count in counts),
            failed=sum(count.failed for count in counts),
            quarantined=sum(count.quarantined is not None for count in counts),
            duplicates=sum(part.duplicates for part in outcome.parts),
            conflicts=sum(part.conflicts for part in outcome.parts),
            files_written=len(outcome.parts),
            files_replaced=len(outcome.replaced),
            files_unreadable=len(outcome.unreadable),
        )
    return dict(totals)


def outcomes_as_json(outcomes: Iterable[BulkOutcome]) -> dict[str, Any]:
    """Return all that was done."""
    outcomes = list(outcomes)
    return {
        "plans": [outcome.plan_id for outcome in outcomes],
        "total": totals_of(outcomes),
        "days": [asdict(day) for day in days_of(outcomes)],
        "quarantined": [
            {"key": report.source.key, "reason": report.counts.quarantined}
            for outcome in outcomes
            for report in outcome.sources
            if report.counts.quarantined is not None
        ],
        "unreadable": [key for outcome in outcomes for key in outcome.unreadable],
    }


def survey_as_json(found: Survey) -> dict[str, Any]:
    """Return what would be read and replaced."""
    plan = found.plan
    return {
        "sources": {
            "to_split": len(plan.sources),
            "size_bytes": sum(source.size_bytes for source in plan.sources),
            "done": found.sources[Outcome.DONE],
            "busy": found.sources[Outcome.BUSY],
            "of_an_unfinished_run": found.sources[Outcome.PLANNED],
            "overwritten": found.sources[Outcome.CHANGED],
        },
        "days": [
            {
                "client": day.client,
                "day": day.day,
                "files": len(day.files),
                "size_bytes": sum(file.size_bytes for file in day.files),
                "rewritten": "always" if not day.is_settled else "if a source has lines for it",
            }
            for day in plan.present
        ],
    }
