"""Ids of events: UUIDv7 (RFC 9562, section 5.7)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from itertools import count


def event_ids(now: datetime) -> Iterator[str]:
    """Yield UUIDv7s of one moment, each sorting after the one before, and ids of later moments after them all.

    The first is random and the others count on from it (RFC 9562, section 6.2, method 2), so that the ids of a request
    cost one reading of randomness. Only the last 48 bits count, the highest of them from zero: there is no overflow.

    Examples
    --------
    >>> from datetime import UTC
    >>> ids = event_ids(datetime(2026, 11, 23, tzinfo=UTC))
    >>> first, second = next(ids), next(ids)
    >>> first[:15], first < second
    ('01a205b3-d000-7', True)
    """
    milliseconds = f"{int(now.timestamp() * 1000):012x}"
    random = secrets.randbits(73)
    version, variant = 0x7000 | random >> 61, 0x8000 | random >> 47 & 0x3FFF
    start = f"{milliseconds[:8]}-{milliseconds[8:]}-{version:04x}-{variant:04x}-"
    for number in count(random & (1 << 47) - 1):
        yield f"{start}{number:012x}"


def new_event_id(now: datetime) -> str:
    """Return one UUIDv7."""
    return next(event_ids(now))
