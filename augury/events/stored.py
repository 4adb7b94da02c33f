"""The event as it is stored: the caller's object and the fields that the server owns."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.events.strict_json import MAX_EVENT_BYTES, violation
from augury.names import ClientName

RESERVED_FIELDS = frozenset({"_event_id", "_received_at"})
"""Names of fields that only the server may set."""

_CALLER_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_event_id(now: datetime) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7): ids made later sort later."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return str(UUID(int=value))


def stored_event(value: Any, client: ClientName, received_at: datetime) -> bytes:
    """Return the line that is stored of what a caller sent, without its newline.

    The caller's fields keep their order and values. ``client`` is always the server's word; ``timestamp`` is added
    where the caller gave none; ``_event_id`` is the caller's ``event_id`` where that is usable as one.

    Parameters
    ----------
    value : Any
        What :func:`augury.events.parse_json` returned.
    client : ClientName
        The authenticated client.
    received_at : datetime
        When the request was received, with its zone.

    Raises
    ------
    AuguryError
        It can't be an event; the kind says which rule it breaks.

    Examples
    --------
    >>> at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    >>> stored_event({"f1": 5.1, "event_id": "order-2026-000017"}, ClientName("acme"), at).decode()
    '{"f1":5.1,"event_id":"order-2026-000017","client":"acme","timestamp":1795426200,\
"_event_id":"order-2026-000017","_received_at":"2026-11-23T09:30:00.000Z"}'
    """
    broken = violation(value)
    if broken is not None:
        raise AuguryError(broken)
    taken = sorted(RESERVED_FIELDS & value.keys())
    if taken:
        raise AuguryError(Kind.RESERVED_FIELD, [Detail((taken[0],), "rename the field; the server sets this one")])
    line = orjson.dumps(
        {
            **value,
            "client": str(client),
            "timestamp": _timestamp(value, received_at),
            "_event_id": _event_id(value, received_at),
            "_received_at": received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        }
    )
    if len(line) > MAX_EVENT_BYTES:
        raise AuguryError(Kind.EVENT_TOO_LARGE)
    return line


def _timestamp(value: Mapping[str, Any], received_at: datetime) -> int | float:
    timestamp = value.get("timestamp", int(received_at.timestamp()))
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        raise AuguryError(Kind.INVALID_TIMESTAMP, [Detail(("timestamp",), "send a number, or leave it out")])
    return timestamp


def _event_id(value: Mapping[str, Any], received_at: datetime) -> str:
    given = value.get("event_id")
    return given if isinstance(given, str) and _CALLER_ID.fullmatch(given) else new_event_id(received_at)
