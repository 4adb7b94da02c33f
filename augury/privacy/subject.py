"""Whose data is meant, and which lines are that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from augury.names import ClientName


@dataclass(frozen=True, slots=True)
class Subject:
    """All data of a client, or of one of its events.

    Parameters
    ----------
    client : ClientName
        The client.
    event_id : str, optional
        The ``_event_id`` of the event; all of the client's unless given.

    Raises
    ------
    ValueError
        The id is empty, which would name no event.

    Examples
    --------
    >>> subject = Subject(ClientName("acme"), "order-2026-000017")
    >>> subject.has_line(b'{"n":1,"client":"acme","_event_id":"order-2026-000017"}')
    True
    >>> subject.has_line(b'{"n":"order-2026-000017","client":"acme","_event_id":"another"}')
    False
    """

    client: ClientName
    event_id: str | None = None

    def __post_init__(self) -> None:
        if self.event_id == "":
            raise ValueError("an event is named by its _event_id, which is not empty")

    def __str__(self) -> str:
        return f"client {self.client}" if self.event_id is None else f"event {self.event_id} of client {self.client}"

    def may_be_in(self, text: bytes) -> bool:
        """Tell whether any line of a text can be meant; it costs little and says no of nearly all."""
        needle = str(self.event_id or self.client).encode()
        return needle in text or b"\\u" in text

    def has_line(self, line: bytes) -> bool:
        """Tell whether a line of all clients' events, or of the prediction log, is meant.

        One that is no JSON is meant where it has the client's name, and the id, as a stored event has them.
        """
        try:
            value = orjson.loads(line)
        except ValueError:
            return self._is_spelled_in(line)
        if not isinstance(value, dict) or value.get("client") != self.client:
            return False
        return self.event_id is None or value.get("_event_id") == self.event_id

    def has_event(self, event: Any) -> bool:
        """Tell whether an event out of the client's own folder is meant."""
        if not isinstance(event, dict):
            return False
        return self.event_id is None or event.get("_event_id") == self.event_id

    def has_own_line(self, line: bytes) -> bool:
        """Tell whether a line out of the client's own folder is meant."""
        return self.has_event(_value(line))

    def has_failure(self, record: bytes) -> bool:
        """Tell whether a record of a line that could not be split is about a line that is meant."""
        text = _value(record).get("text")
        return isinstance(text, str) and self.has_line(text.encode())

    def has_refusal(self, record: bytes) -> bool:
        """Tell whether a record of an event that was refused is about an event that is meant."""
        value = _value(record)
        if value.get("client") != self.client:
            return False
        return self.event_id is None or self.event_id in str(value.get("text"))

    def has_prediction(self, line: bytes) -> bool:
        """Tell whether a line of the prediction log or of feedback is meant. It names no event: only a client's are."""
        return self.event_id is None and self.has_line(line)

    def _is_spelled_in(self, line: bytes) -> bool:
        spelled = [b'"client":"%s"' % self.client.encode()]
        if self.event_id is not None:
            spelled.append(b'"_event_id":%s' % orjson.dumps(self.event_id))
        return all(text in line for text in spelled)


def _value(record: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(record)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
