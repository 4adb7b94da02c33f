"""Callers' clocks: how far off one is, by the time at which it says that a request was sent."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from augury.errors import AuguryError, Detail, Kind
from augury.events.strict_json import is_int64

TOLERATED_SKEW_S = 60.0
"""Difference of clocks up to which timestamps are left alone, in seconds: a request may be that long on its way."""

_MAX_EPOCH_S = 100_000_000_000  # in the year 5138: who sends more sends milliseconds
_SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_EXPECTED = "send seconds since 1970 or an RFC 3339 time with its zone, by the clock that sets the events' timestamps"


def parse_sent_at(text: str) -> datetime:
    """Return the time at which a request was sent, by its caller's clock.

    Parameters
    ----------
    text : str
        Seconds since 1970, or an RFC 3339 time with its zone.

    Raises
    ------
    AuguryError
        ``INVALID_REQUEST``: it is neither; milliseconds are told by their size.

    Examples
    --------
    >>> parse_sent_at("1795426200.5") == parse_sent_at("2026-11-23T10:30:00.5+01:00")
    True
    """
    try:
        return _from_epoch(float(text)) if _SECONDS.fullmatch(text) else _zoned(text)
    except (ValueError, OverflowError):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("sent_at",), _EXPECTED)]) from None


def skew_s(received_at: datetime, sent_at: datetime | None) -> float:
    """Return how many seconds a caller's clock is behind ours, or 0 where it is near enough or not known."""
    behind_s = 0.0 if sent_at is None else (received_at - sent_at).total_seconds()
    return behind_s if abs(behind_s) > TOLERATED_SKEW_S else 0.0


def corrected(timestamp: float, behind_s: float) -> float:
    """Return a timestamp by our clock: whole seconds stay whole, others have milliseconds.

    Raises
    ------
    AuguryError
        ``INVALID_TIMESTAMP``: no time is that far off.
    """
    if isinstance(timestamp, int):
        whole = timestamp + round(behind_s)
        if is_int64(whole):
            return whole
    elif math.isfinite(fraction := round(timestamp + behind_s, 3)):
        return fraction
    raise AuguryError(Kind.INVALID_TIMESTAMP, [Detail(("timestamp",), "no clock is that far off")])


def _from_epoch(seconds: float) -> datetime:
    if seconds >= _MAX_EPOCH_S:
        raise ValueError(seconds)
    return datetime.fromtimestamp(seconds, UTC)


def _zoned(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
