"""The event as it is stored: the caller's object and the fields that the server owns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.events.clock_skew import corrected, skew_s
from augury.events.event_ids import event_ids
from augury.events.receipt import receipt_text
from augury.events.strict_json import MAX_EVENT_BYTES, is_surely_within, violation
from augury.names import ClientName

RESERVED_FIELDS = frozenset({"_event_id", "_received_at"})
"""Names of fields that only the server may set."""

_CALLER_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def usable_event_id(value: Mapping[str, Any]) -> str | None:
    """Return the caller's ``event_id`` where it can be the stored event's id, else None.

    Examples
    --------
    >>> usable_event_id({"event_id": "order-2026-000017"}), usable_event_id({"event_id": 17})
    ('order-2026-000017', None)
    """
    given = value.get("event_id")
    return given if isinstance(given, str) and _CALLER_ID.fullmatch(given) else None


class Stamp:
    """What the server adds to the events of one request.

    ``client`` is always the server's word; ``timestamp`` is added where the caller gave none, and corrected where the
    caller's clock is off; ``_event_id`` is the caller's ``event_id`` where that is usable as one.

    Parameters
    ----------
    client : ClientName
        The authenticated client.
    received_at : datetime
        When the request was received, with its zone.
    sent_at : datetime, optional
        When the caller's clock says that it was sent, with its zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    >>> Stamp(ClientName("acme"), at).stored({"f1": 5.1, "event_id": "order-2026-000017"}).decode()
    '{"f1":5.1,"event_id":"order-2026-000017","client":"acme","timestamp":1795426200,\
"_event_id":"order-2026-000017","_received_at":"2026-11-23T09:30:00.000Z"}'
    """

    def __init__(self, client: ClientName, received_at: datetime, sent_at: datetime | None = None) -> None:
        self._client = str(client)
        self._now_s = int(received_at.timestamp())
        self._received_at = receipt_text(received_at)
        self._skew_s = skew_s(received_at, sent_at)
        self._ids = event_ids(received_at)

    def stored(self, value: Any) -> bytes:
        """Return the line that is stored of what a caller sent, without its newline.

        The caller's fields keep their order and values.

        Parameters
        ----------
        value : Any
            What :func:`augury.events.parse_json` returned.

        Raises
        ------
        AuguryError
            It can't be an event; the kind says which rule it breaks.
        """
        if not isinstance(value, dict):
            raise AuguryError(Kind.NOT_AN_OBJECT)
        for name in RESERVED_FIELDS:
            if name in value:
                raise AuguryError(Kind.RESERVED_FIELD, [Detail((name,), "rename the field; the server sets this one")])
        line = _written(self._stamped(value), value)
        if len(line) > MAX_EVENT_BYTES:
            raise AuguryError(Kind.EVENT_TOO_LARGE)
        return line

    def _stamped(self, value: dict[str, Any]) -> dict[str, Any]:
        event = {**value, "client": self._client}
        timestamp = event.setdefault("timestamp", self._now_s)
        if isinstance(timestamp, bool) or not isinstance(timestamp, int | float):
            raise AuguryError(Kind.INVALID_TIMESTAMP, [Detail(("timestamp",), "send a number, or leave it out")])
        if self._skew_s and "timestamp" in value and "client_timestamp" not in value:
            event |= {"timestamp": corrected(timestamp, self._skew_s), "client_timestamp": timestamp}
        event["_event_id"] = usable_event_id(event) or next(self._ids)
        event["_received_at"] = self._received_at
        return event


def stored_event(value: Any, client: ClientName, received_at: datetime) -> bytes:
    """Return the line that is stored of a request's only event; see :class:`Stamp`."""
    return Stamp(client, received_at).stored(value)


def _written(event: dict[str, Any], value: dict[str, Any]) -> bytes:
    try:
        line = orjson.dumps(event)
    except TypeError:  # deeper than it writes
        raise AuguryError(Kind.TOO_DEEP) from None
    if not is_surely_within(line) and (broken := violation(value)):
        raise AuguryError(broken)
    return line
