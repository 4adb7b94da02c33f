"""From a line to its client and day: pure, the same for every engine."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from augury.events import MAX_EVENT_BYTES, is_receipt
from augury.names import ClientName, InvalidName

MAX_LINE_BYTES = MAX_EVENT_BYTES
"""Length of the longest line that can be a stored event, with the fields that the server added."""

_HEAD_BYTES = 8 * 1024


class Owner(NamedTuple):
    """Whose an event is, and the UTC day of its ``_received_at``."""

    client: ClientName
    day: date


class Reason(StrEnum):
    """Why a line is no stored event."""

    TOO_LONG = f"longer than {MAX_LINE_BYTES} bytes"
    NOT_JSON = "not JSON"
    NOT_AN_OBJECT = "not an object"
    NAMED_TWICE = "client or _received_at is named twice"
    NO_CLIENT = "client is missing"
    INVALID_CLIENT = "client is no valid name"
    NO_TIME = "_received_at is missing or no RFC 3339 time in UTC"


class FailedLine(NamedTuple):
    """A line that is no stored event: its number in its object, 1 being the first, and why."""

    number: int
    line: bytes
    reason: Reason

    def record(self, source: str) -> bytes:
        """Return what is kept of the line, as JSON.

        ``text`` is the line; where it is no UTF-8, ``base64`` is the line and ``text`` shows it. Of a line that is too
        long only the beginning is kept.

        Parameters
        ----------
        source : str
            Key of the object that it was in.

        Examples
        --------
        >>> FailedLine(2, b"?", Reason.NOT_JSON).record("logs/a.gz")
        b'{"source":"logs/a.gz","line":2,"reason":"not JSON","text":"?"}'
        """
        line = self.line[:_HEAD_BYTES] if self.reason is Reason.TOO_LONG else self.line
        kept: dict[str, Any] = {"source": source, "line": self.number, "reason": self.reason}
        try:
            kept["text"] = line.decode()
        except UnicodeDecodeError:
            kept |= {"text": line.decode("utf-8", "backslashreplace"), "base64": b64encode(line).decode()}
        return orjson.dumps(kept)


def owner_of(line: bytes) -> Owner | Reason:
    """Return whose a line is, or why it is no stored event.

    A line that names ``client`` or ``_received_at`` twice is nobody's: readers of JSON disagree on which one counts.
    One without ``_event_id`` is an event like any other.

    Examples
    --------
    >>> owner_of(b'{"f1":1,"client":"acme","_received_at":"2026-11-23T23:59:59.999Z"}')
    Owner(client='acme', day=datetime.date(2026, 11, 23))
    >>> str(owner_of(b'{"f1":1}'))
    'client is missing'
    """
    if len(line) > MAX_LINE_BYTES:
        return Reason.TOO_LONG
    try:
        event = orjson.loads(line)
    except ValueError:
        return Reason.NOT_JSON
    if not isinstance(event, dict):
        return Reason.NOT_AN_OBJECT
    if _names_twice(line, event):
        return Reason.NAMED_TWICE
    return _owner(event.get("client"), event.get("_received_at"))


def _owner(client: Any, received_at: Any) -> Owner | Reason:
    if client is None:
        return Reason.NO_CLIENT
    try:
        name = ClientName(client)
    except InvalidName:
        return Reason.INVALID_CLIENT
    try:
        return Owner(name, date.fromisoformat(received_at[:10])) if is_receipt(received_at) else Reason.NO_TIME
    except ValueError:
        return Reason.NO_TIME


def _names_twice(line: bytes, event: dict[str, Any]) -> bool:
    """Tell whether the outermost object names one of the fields that decide twice; orjson keeps the last one."""
    try:
        if orjson.dumps(event) == line:  # what orjson writes names nothing twice
            return False
    except TypeError:  # deeper than it writes
        pass
    outermost: list[str] = []

    def keep_names(pairs: list[tuple[str, Any]]) -> None:
        outermost[:] = [name for name, _ in pairs]  # the outermost object is read last

    json.loads(line.decode(), object_pairs_hook=keep_names, parse_int=str, parse_float=str)
    return outermost.count("client") > 1 or outermost.count("_received_at") > 1
