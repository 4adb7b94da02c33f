"""The prefix of the events stream, which an operator may choose as long as everything else still finds the events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from augury.lake.layout import EVENTS_PREFIX, RAW_EVENTS

_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H"}
_EXPRESSION = re.compile(r"!\{([^{}]*)\}")
_TEXT = re.compile(r"[A-Za-z0-9._=/-]*")
_MAX_LENGTH = 512


@dataclass(frozen=True, slots=True)
class HourlyPrefix:
    """A Firehose prefix expression in parts.

    Parameters
    ----------
    before, after : str
        What stands before the year and after the hour.
    date_format : str
        From the year to the hour, as a pattern of Java's ``DateTimeFormatter``, which Athena reads.
    """

    before: str
    date_format: str
    after: str


def hourly_prefix(expression: str) -> HourlyPrefix:
    """Return the parts of a prefix expression that names every hour.

    Examples
    --------
    >>> hourly_prefix(EVENTS_PREFIX)
    HourlyPrefix(before='logs/events.', date_format='yyyy/MM/dd/HH', after='/')
    >>> hourly_prefix("a/!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/hour=!{timestamp:HH}/").date_format
    "yyyy-MM-dd'/hour='HH"
    """
    before, *between, after = _EXPRESSION.split(expression)[::2]
    quoted = (f"'{text}'" if any(map(str.isalnum, text)) else text for text in between)
    pieces = (part + text for part, text in zip(_PARTS, [*quoted, ""], strict=True))
    return HourlyPrefix(before, "".join(pieces), after)


class UnreadablePrefix(ValueError):
    """Events below this prefix would not be found; the message says which rule it breaks."""


class EventsPrefix:
    """A Firehose prefix expression that names every hour, below what the split is told of.

    Parameters
    ----------
    expression : str
        Starts with ``logs/events.``, ends with a slash, and holds ``!{timestamp:yyyy}``, ``!{timestamp:MM}``,
        ``!{timestamp:dd}`` and ``!{timestamp:HH}`` once each, in this order; besides letters, digits and ``._=/-``.

    Raises
    ------
    UnreadablePrefix
        The split would not be told of the objects, or their hour could not be told from their keys.

    Examples
    --------
    >>> hive = EventsPrefix(
    ...     "logs/events.dt=!{timestamp:yyyy}-!{timestamp:MM}-!{timestamp:dd}/hour=!{timestamp:HH}/"
    ... )
    >>> hive.hour(datetime(2026, 11, 23, 9, tzinfo=UTC))
    'logs/events.dt=2026-11-23/hour=09/'
    >>> EventsPrefix("raw/!{timestamp:yyyy}/")
    Traceback (most recent call last):
    ...
    augury.lake.prefixes.UnreadablePrefix: events prefix 'raw/!{timestamp:yyyy}/': must start with 'logs/events.', \
or the split would never be told of its objects
    """

    def __init__(self, expression: str = EVENTS_PREFIX) -> None:
        self.expression = expression
        if (broken := _broken_rule(expression)) is not None:
            raise UnreadablePrefix(f"events prefix {expression!r}: {broken}")

    def hour(self, hour: datetime) -> str:
        """Return the prefix under which Firehose lays the events that arrived in an hour."""
        moment = hour.astimezone(UTC)
        return _EXPRESSION.sub(lambda match: moment.strftime(_PARTS[match[1].partition(":")[2]]), self.expression)


def _broken_rule(expression: str) -> str | None:
    texts, expressions = _EXPRESSION.split(expression)[::2], _EXPRESSION.findall(expression)
    if not expression.startswith(RAW_EVENTS):
        return f"must start with {RAW_EVENTS!r}, or the split would never be told of its objects"
    if expressions != [f"timestamp:{part}" for part in _PARTS]:
        return (
            "must hold !{timestamp:yyyy}, !{timestamp:MM}, !{timestamp:dd} and !{timestamp:HH}, once and in this order"
        )
    if not all(map(_TEXT.fullmatch, texts)) or "//" in expression or len(expression) > _MAX_LENGTH:
        return "may hold letters, digits and ._=/- besides, no empty folder, and 512 characters in all"
    if not expression.endswith("/"):
        return "must end with a slash, or one hour's prefix could be the start of another's objects"
    return None
