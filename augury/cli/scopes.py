"""The days that a command is about, from its options."""

from __future__ import annotations

from datetime import datetime

from augury.cli.session import Session
from augury.lake import EventsPrefix
from augury.privacy import Scope

DAY = ["%Y-%m-%d"]


def scope_of(run: Session, first: datetime | None, last: datetime | None) -> Scope:
    """Return the days of ``--from`` and ``--to``, and where the deployment lays them.

    Raises
    ------
    ValueError
        Only one of the two is given, or they are the wrong way round.
    """
    if (first is None) != (last is None):
        raise ValueError("give both --from and --to, or none of them for everything")
    prefix = run.deployment.events_prefix
    return Scope(
        first.date() if first else None,
        last.date() if last else None,
        EventsPrefix(prefix) if prefix else EventsPrefix(),
    )
