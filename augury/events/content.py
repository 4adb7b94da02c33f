"""What two stored events are compared by: the caller's part of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

SERVER_FIELDS = frozenset({"client", "timestamp", "client_timestamp", "_event_id", "_received_at"})
"""Fields of a stored event that are no part of its content, because the server may write them anew at each try."""


def caller_content(event: Mapping[str, Any]) -> bytes:
    """Return the caller's part of a stored event as JSON whose keys are in order.

    Left out is what the server writes or may write: two tries of one event differ in ``_received_at``, and in
    ``timestamp`` where the caller gave none or a skewed clock was corrected (then ``client_timestamp`` is there at one
    try and perhaps not at the other). ``client`` and ``_event_id`` are what the comparison is within. Two events of one
    id that differ in nothing but a ``timestamp`` of the caller's therefore count as one.

    Examples
    --------
    >>> first = {"f1": 1, "f2": 2.0, "client": "acme", "timestamp": 10, "_received_at": "2026-11-23T09:30:00.000Z"}
    >>> caller_content(first) == caller_content({"f2": 2.0, "f1": 1, "client": "acme", "timestamp": 12})
    True
    >>> caller_content(first)
    b'{"f1":1,"f2":2.0}'
    """
    content = {name: value for name, value in event.items() if name not in SERVER_FIELDS}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
