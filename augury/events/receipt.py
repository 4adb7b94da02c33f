"""The time of receipt, ``_received_at``: how it is written, and how it is told from other texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, TypeGuard

_RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?Z", re.ASCII)


def receipt_text(at: datetime) -> str:
    """Return a time as it is stored: RFC 3339 in UTC, with milliseconds cut off and not rounded.

    Examples
    --------
    >>> receipt_text(datetime(2026, 11, 23, 9, 30, 0, 999_900, tzinfo=UTC))
    '2026-11-23T09:30:00.999Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def is_receipt(value: Any) -> TypeGuard[str]:
    """Tell whether a value has the form of a time of receipt; whether the calendar has that day is not looked at.

    Examples
    --------
    >>> is_receipt("2026-11-23T09:30:00.999Z"), is_receipt("2026-W47-1"), is_receipt(None)
    (True, False, False)
    """
    return isinstance(value, str) and _RFC3339_UTC.fullmatch(value) is not None
