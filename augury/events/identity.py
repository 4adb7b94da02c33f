"""When two stored events are one that came twice, and when they are a conflict: one id, two contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson

SERVER_FIELDS = frozenset({"client", "timestamp", "client_timestamp", "_event_id", "_received_at"})
"""Fields of a stored event that the server writes, or may write anew at each try."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one stored event from another of the same client.

    Parameters
    ----------
    content : bytes
        Digest of the id and of the caller's fields without ``timestamp``, whatever their order.
    timestamp : bytes
        The caller's timestamp as JSON; the server's where the caller gave none.
    may_be_ours : bool
        Whether that timestamp is the second in which the event was received, which is what the server writes where the
        caller gave none. A caller who stamps what it sends at once writes the same.
    """

    content: bytes
    timestamp: bytes
    may_be_ours: bool


def identity(event: Mapping[str, Any]) -> Identity | None:
    """Return what tells a stored event from others of its client; None without an id, which repeats no other.

    Examples
    --------
    >>> first = {"n": 1, "timestamp": 5, "_event_id": "a", "_received_at": "2026-11-23T09:30:00.000Z"}
    >>> identity(first) == identity({**first, "_received_at": "2026-11-23T09:30:02.000Z"})
    True
    >>> identity(first).content == identity({**first, "n": 1.0}).content
    False
    >>> identity({"n": 1})
    """
    event_id = event.get("_event_id")
    if event_id is None:
        return None
    text = orjson.dumps([event_id, caller_fields(event)], option=orjson.OPT_SORT_KEYS)
    is_corrected = "client_timestamp" in event
    return Identity(
        content=blake2b(text, digest_size=16).digest(),
        timestamp=orjson.dumps(event["client_timestamp"] if is_corrected else event.get("timestamp")),
        may_be_ours=not is_corrected and _is_second_of_receipt(event),
    )


def caller_fields(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a stored event is the caller's beyond doubt: all but what the server writes, or may write.

    Examples
    --------
    >>> caller_fields({"n": 1, "client": "acme", "timestamp": 5, "_received_at": "2026-11-23T09:30:00.000Z"})
    {'n': 1}
    """
    return {name: value for name, value in event.items() if name not in SERVER_FIELDS}


def distinct_events[E: Mapping[str, Any]](events: Iterable[E]) -> list[E]:
    """Leave out events that repeat another's id and content; conflicts are all kept.

    A timestamp that the server wrote is no content, since a retry gets another one. One that may be the server's is
    taken for the caller's where the same event also came at another second with it. So the same events remain,
    whatever order they are in, and nothing of a caller's own is left out but what was sent twice with each time the
    second of sending as its timestamp, and nothing else different.

    Parameters
    ----------
    events : iterable of mappings
        Stored events of one client.

    Examples
    --------
    >>> first = {"n": 1, "timestamp": 1795426200, "_event_id": "a", "_received_at": "2026-11-23T09:30:00.000Z"}
    >>> retry = {**first, "timestamp": 1795426202, "_received_at": "2026-11-23T09:30:02.000Z"}
    >>> [event["n"] for event in distinct_events([first, retry, {**retry, "n": None}])]
    [1, None]
    """
    identified = [(event, identity(event)) for event in events]
    callers = {(found.content, found.timestamp) for _, found in identified if found and not found.may_be_ours}
    seen: set[tuple[bytes, bytes]] = set()
    distinct = []
    for event, found in identified:
        if found is None:
            distinct.append(event)
            continue
        key = (found.content, found.timestamp)
        if found.may_be_ours and key not in callers:
            key = (found.content, b"")
        if key not in seen:
            seen.add(key)
            distinct.append(event)
    return distinct


def _is_second_of_receipt(event: Mapping[str, Any]) -> bool:
    try:
        received_at = datetime.fromisoformat(event["_received_at"])
    except (KeyError, TypeError, ValueError):
        return False
    timestamp = event.get("timestamp")
    return type(timestamp) is int and timestamp == int(received_at.timestamp())
