"""Dates and times as they stand on a clock's face, from the one strict grammar that frames and records share.

A *wall time* is a naive :class:`~datetime.datetime`: what a clock shows in the time zone that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from augury.plans.values import number_of

_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[Tt ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wall_time(value: Any, zone: tzinfo = UTC, formats: Sequence[str] = ()) -> datetime | None:
    """Read a value as a date.

    Parameters
    ----------
    value : JSON value
        Text: an RFC 3339 date-time, whose seconds and offset may lack, or an ISO 8601 date ``YYYY-MM-DD``; or a number:
        seconds since 1970 in UTC. What is finer than a microsecond is cut off.
    zone : tzinfo, default UTC
        Time zone of the result. A text without an offset is taken to be in it.
    formats : sequence of str, default ()
        :meth:`~datetime.datetime.strptime` formats, tried in their order on text that is not as above.

    Returns
    -------
    datetime.datetime or None
        None for all else, and for what is not within the years 1 to 9999.

    Examples
    --------
    >>> wall_time("2026-03-01T23:30:00Z").isoformat(), wall_time(86_400).isoformat()
    ('2026-03-01T23:30:00', '1970-01-02T00:00:00')
    >>> wall_time("1.3.2026", formats=["%d.%m.%Y"]).isoformat(), wall_time("1.3.2026"), wall_time(True)
    ('2026-03-01T00:00:00', None, None)
    """
    try:
        moment = _parsed(value, formats) if type(value) is str else _since_1970(value)
        return moment if moment is None or moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return None


def is_format(pattern: str) -> bool:
    """Whether a format reads what it writes; one that does not would fail, or read nothing.

    Examples
    --------
    >>> is_format("%d.%m.%Y"), is_format("%Y %Y"), is_format("%Q")
    (True, False, False)
    """
    try:
        return bool(datetime.strptime(_EPOCH.strftime(pattern), pattern))  # noqa: DTZ007 - only whether it reads
    except (ValueError, re.error):
        return False


def _parsed(text: str, formats: Sequence[str]) -> datetime | None:
    if _ISO.fullmatch(text) and (moment := _attempt(datetime.fromisoformat, text.upper())):
        return moment
    attempts = (_attempt(datetime.strptime, text, pattern) for pattern in formats)
    return next((moment for moment in attempts if moment), None)


def _attempt(parse: Callable[..., datetime], *text: str) -> datetime | None:
    try:
        return parse(*text)
    except ValueError:
        return None


def _since_1970(value: Any) -> datetime | None:
    seconds = number_of(value)
    if type(value) is bool or seconds != seconds:
        return None
    return _EPOCH + timedelta(microseconds=round(seconds * 1e6))
