"""From a line to its client and day: pure, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from augury.events import is_receipt
from augury.names import ClientName, InvalidName


@dataclass(frozen=True, slots=True)
class OwnedLine:
    """A stored event, byte for byte, and where it belongs."""

    client: ClientName
    day: date
    line: bytes


@dataclass(frozen=True, slots=True)
class FailedLine:
    """A line that is no stored event, and why."""

    line: bytes
    reason: str


def sort_line(line: bytes) -> OwnedLine | FailedLine:
    """Return where a line belongs: the client and the UTC day of its ``_received_at``, or why it belongs nowhere.

    Examples
    --------
    >>> sort_line(b'{"f1":1,"client":"acme","_received_at":"2026-11-23T23:59:59.999Z"}').day
    datetime.date(2026, 11, 23)
    >>> sort_line(b'{"f1":1}').reason
    'client is missing'
    """
    try:
        event = orjson.loads(line)
    except ValueError:
        return FailedLine(line, "not JSON")
    if not isinstance(event, dict):
        return FailedLine(line, "not an object")
    if event.get("client") is None:
        return FailedLine(line, "client is missing")
    try:
        return OwnedLine(ClientName(event["client"]), _day(event.get("_received_at")), line)
    except InvalidName:
        return FailedLine(line, "client is no valid name")
    except ValueError:
        return FailedLine(line, "_received_at is missing or no RFC 3339 time in UTC")


def _day(received_at: Any) -> date:
    if not is_receipt(received_at):
        raise ValueError(received_at)
    return date.fromisoformat(received_at[:10])
