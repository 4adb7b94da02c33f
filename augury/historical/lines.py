"""From a row of a historical source to the line that is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.events import MAX_EVENT_BYTES, is_receipt, parse_json, usable_event_id, violation
from augury.formats import Row
from augury.names import ClientName


def historical_line(row: Row, client: ClientName, day: date) -> bytes:
    """Return the line that is stored of a row, without its newline.

    It is a function of its arguments alone: the same row makes the same line whenever it is imported. The rules are
    those of events that are sent, with two more: a ``client`` that is not this client is refused, and what Augury
    itself stored (``_event_id``, ``_received_at``) is taken back as it is.

    Parameters
    ----------
    row : Row
        What stands at one place of the source.
    client : ClientName
        Whose event it is.
    day : date
        UTC day that it is filed under; its midnight dates what has no ``timestamp``.

    Raises
    ------
    AuguryError
        It can't be an event; the kind says which rule it breaks.

    Examples
    --------
    >>> historical_line(Row(1, {"f1": 5.1, "timestamp": 1735689600}), ClientName("acme"), date(2025, 1, 1)).decode()
    '{"f1":5.1,"timestamp":1735689600,"client":"acme","_event_id":"265693ec-5188-8aa6-92e6-f2c4d44a3690",\
"_received_at":"2025-01-01T00:00:00.000Z"}'
    """
    if row.refused is not None:
        raise row.refused
    value = row.value
    if (broken := violation(value)) is not None:
        raise AuguryError(broken)
    if value.get("client", client) != client:
        raise AuguryError(Kind.RESERVED_FIELD, [Detail(("client",), f"is not {client!r}, whose events these are")])
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        line = orjson.dumps(
            {
                **value,
                "client": str(client),
                "timestamp": _timestamp(value, midnight),
                "_event_id": _event_id(value, client, row.number),
                "_received_at": _received_at(value, day),
            }
        )
    except TypeError:
        raise AuguryError(Kind.NUMBER_OUT_OF_RANGE) from None
    parse_json(line)  # an unsigned column of a Parquet file can hold what no int64 does
    if len(line) > MAX_EVENT_BYTES:
        raise AuguryError(Kind.EVENT_TOO_LARGE)
    return line


def _timestamp(value: Mapping[str, Any], midnight: datetime) -> int | float:
    timestamp = value.get("timestamp", int(midnight.timestamp()))
    if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
        raise AuguryError(Kind.INVALID_TIMESTAMP, [Detail(("timestamp",), "give a number, or leave it out")])
    return timestamp


def _event_id(value: Mapping[str, Any], client: ClientName, number: int) -> str:
    if "_event_id" not in value:
        return usable_event_id(value) or _made_id(value, client, number)
    given = usable_event_id({"event_id": value["_event_id"]})
    if given is None:
        raise AuguryError(Kind.RESERVED_FIELD, [Detail(("_event_id",), "is no id that Augury stores: leave it out")])
    return given


def _made_id(value: Mapping[str, Any], client: ClientName, number: int) -> str:
    """Return an id made of client, place and content (a UUIDv8, RFC 9562, section 5.8)."""
    content = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    bits = int.from_bytes(sha256(b"%s\0%d\0%s" % (client.encode(), number, content)).digest()[:16])
    return str(UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | (0x8 << 76) | (0x2 << 62)))


def _received_at(value: Mapping[str, Any], day: date) -> str:
    given = value.get("_received_at", f"{day}T00:00:00.000Z")
    if not is_receipt(given) or not given.startswith(str(day)):
        wrong = Detail(("_received_at",), f"is no time that Augury stores on {day}: leave it out, or take its own day")
        raise AuguryError(Kind.RESERVED_FIELD, [wrong])
    return given
