"""Keys of the split in bulk: what it recorded before it wrote, and the few large files that it leaves of a day."""

from __future__ import annotations

import re
from datetime import date

from augury.lake.layout import client_day, split_output_key
from augury.names import ClientName

SPLIT_PLANS = "split/plans/"
"""Start of every key that holds what one run of the split in bulk set out to do, and what it did."""

_COMPACTED = re.compile(r"augury-([0-9a-f]{32})-\d{5}\.json\.gz")


def split_plan_key(plan_id: str) -> str:
    """Return the key of a plan, which is recorded before anything of it is written."""
    return f"{SPLIT_PLANS}{plan_id}/plan.json.gz"


def split_outputs_key(plan_id: str) -> str:
    """Return the key of the list of the objects that a plan may have written, recorded before the first of them."""
    return f"{SPLIT_PLANS}{plan_id}/outputs.json.gz"


def split_outcome_key(plan_id: str) -> str:
    """Return the key of what a plan wrote and what that replaced, recorded before anything is removed."""
    return f"{SPLIT_PLANS}{plan_id}/outcome.json.gz"


def compacted_key(client: ClientName, day: date, plan_id: str, part: int) -> str:
    """Return the key of one of the files that a plan leaves of a client's day.

    Examples
    --------
    >>> compacted_key(ClientName("acme"), date(2026, 11, 23), 32 * "0", 2)
    'clients/acme/events/2026/11/23/augury-00000000000000000000000000000000-00002.json.gz'
    """
    return f"{client_day(client, day)}augury-{plan_id}-{part:05}.json.gz"


def split_output_name(source_key: str) -> str:
    """Return the last part of every key that one raw object's lines have when they are split by themselves."""
    return split_output_key(ClientName("any"), date.min, source_key).rpartition("/")[2]


def compacted_by(key: str) -> str | None:
    """Return which plan wrote a file of a client's day; None for a file of one raw object, and for a drop.

    Examples
    --------
    >>> compacted_by(compacted_key(ClientName("acme"), date(2026, 11, 23), 32 * "0", 2)) == 32 * "0"
    True
    >>> compacted_by(split_output_key(ClientName("acme"), date(2026, 11, 23), "logs/events.2026/11/23/09/a.gz"))
    """
    named = _COMPACTED.fullmatch(key.rpartition("/")[2])
    return named[1] if named else None
