"""A line seen somewhere in the lake: whose and when it is, and what tells it from others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from augury.events import Identity, identity, is_receipt
from augury.names import ClientName, InvalidName

UNKNOWN = "_unknown"
"""Under which lines without a valid client count."""

DIGEST_BYTES = 16
"""Size of the digests: among 10^12 events two are alike by chance once in 10^14 runs."""

TIMESTAMP_BYTES = 8
"""Size of the digests of timestamps, which tell events of one id and content apart."""


class Place(IntEnum):
    """Where a line was seen."""

    LOGS = 0
    SPILL = 1
    SPLIT = 2
    FAILED = 3


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What is accounted for separately: one client and one UTC hour of ``_received_at``."""

    client: str
    hour: datetime

    @property
    def day(self) -> date:
        """UTC day of the hour."""
        return self.hour.date()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One line at one place.

    Parameters
    ----------
    place : Place
        Where it was seen.
    cell : Cell
        Where it counts.
    source : str
        Key of the object that it was seen in.
    event : bytes
        Digest of client and ``_event_id``; of the whole line where there is no id.
    content : bytes
        Digest of the caller's fields without ``timestamp``.
    timestamp : bytes
        Digest of the caller's timestamp, or of the server's.
    may_be_ours : bool
        Whether that timestamp may be the server's.
    may_repeat : bool
        Whether another line of that content can be a copy of this one; a line without an id repeats none.
    """

    place: Place
    cell: Cell
    source: str
    event: bytes
    content: bytes
    timestamp: bytes = bytes(TIMESTAMP_BYTES)
    may_be_ours: bool = False
    may_repeat: bool = True


def sighting(line: bytes, place: Place, source: str, hour: datetime) -> Sighting:
    """Return the sighting of a line.

    Parameters
    ----------
    line : bytes
        The line without its newline; it may be anything.
    place, source
        Where it was seen.
    hour : datetime
        Where it counts if it does not say so itself: the hour that its object is filed under.

    Examples
    --------
    >>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    >>> sighting(b'{"client":"acme","_received_at":"2026-11-23T10:59:59.999Z"}', Place.LOGS, "a", nine).cell
    Cell(client='acme', hour=datetime.datetime(2026, 11, 23, 10, 0, tzinfo=datetime.timezone.utc))
    >>> sighting(b"no JSON", Place.LOGS, "a", nine).cell.client
    '_unknown'
    """
    try:
        event = orjson.loads(line)
    except ValueError:
        event = None
    cell = Cell(UNKNOWN, hour)
    if isinstance(event, dict):
        cell = Cell(_client(event.get("client")), _hour(event.get("_received_at")) or hour)
    found = _identity(event)
    if found is None:
        digest = _digest(line)
        return Sighting(place, cell, source, digest, digest, may_repeat=False)
    event_digest = _digest(cell.client.encode() + b"\0" + orjson.dumps(event["_event_id"]))
    timestamp = blake2b(found.timestamp, digest_size=TIMESTAMP_BYTES).digest()
    return Sighting(place, cell, source, event_digest, found.content, timestamp, found.may_be_ours)


def _identity(event: Any) -> Identity | None:
    try:
        return identity(event) if isinstance(event, dict) else None
    except TypeError:  # deeper than orjson writes: no stored event
        return None


def _client(name: Any) -> str:
    return _client_of_text(name) if isinstance(name, str) else UNKNOWN


@lru_cache(maxsize=65_536)
def _client_of_text(name: str) -> str:
    try:
        return str(ClientName(name))
    except InvalidName:
        return UNKNOWN


def _hour(received_at: Any) -> datetime | None:
    if not is_receipt(received_at):
        return None
    return _hour_of_text(received_at[:13])


@lru_cache(maxsize=4_096)
def _hour_of_text(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return None


def _digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=DIGEST_BYTES).digest()
