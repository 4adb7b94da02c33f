"""A raw object's row in the ledger of the split, and what becomes of a claim to it: pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from augury.aws import Item

SOURCES: Final = "SPLIT#"
"""Start of the partition with the rows of one folder's raw objects."""


class State(StrEnum):
    """How far a raw object is."""

    CLAIMED = "claimed"
    PLANNED = "planned"
    DONE = "done"


class Outcome(StrEnum):
    """What becomes of a claim.

    ``CLAIMED`` is the only one after which anything may be written. ``DONE`` and ``PLANNED`` need nothing more: the
    object is split, or belongs to a recorded plan. ``BUSY`` is to be tried again. ``CHANGED`` says that the key had
    another content when it was claimed first, which no raw object ever does by itself.
    """

    CLAIMED = "claimed"
    DONE = "done"
    PLANNED = "planned"
    BUSY = "busy"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Source:
    """A raw object with the content that it had when it was looked at.

    Parameters
    ----------
    key : str
        Its key.
    etag : str
        What tells its content from others of that key.
    size_bytes : int
        Its length.
    """

    key: str
    etag: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a raw object held.

    Parameters
    ----------
    lines : int
        Lines in all, but for empty ones.
    failed : int
        Those that are no stored events.
    clients : int
        How many clients the others are of.
    text_bytes : int
        Length of the others with their newlines.
    quarantined : str, optional
        Why the object could not be read, where none of its lines was split.
    """

    lines: int = 0
    failed: int = 0
    clients: int = 0
    text_bytes: int = 0
    quarantined: str | None = None

    @property
    def split(self) -> int:
        """Lines that are stored events."""
        return self.lines - self.failed


@dataclass(frozen=True, slots=True)
class Entry:
    """A raw object's row.

    Parameters
    ----------
    source : Source
        The object, as it was when it was claimed first.
    state : State
        How far it is.
    owner : str
        Who claimed it, or the plan that it belongs to.
    engine : str
        Name of the engine.
    claimed_until : datetime, optional
        When a claim ends by itself; a plan's never does.
    counts : Counts, optional
        What it held, once it is done.
    at : str
        When the row was written, as RFC 3339 text.
    """

    source: Source
    state: State
    owner: str
    engine: str
    claimed_until: datetime | None
    counts: Counts | None
    at: str


def decide(found: Entry | None, source: Source, owner: str, now: datetime) -> Outcome:
    """Return what becomes of a claim: pure.

    Parameters
    ----------
    found : Entry or None
        The object's row.
    source : Source
        The object as it is now.
    owner : str
        Who claims it.
    now : datetime
        The time, with its zone.

    Examples
    --------
    >>> source = Source("logs/a.gz", "1", 10)
    >>> str(decide(None, source, "me", datetime(2026, 11, 23, tzinfo=UTC)))
    'claimed'
    """
    if found is None:
        return Outcome.CLAIMED
    is_live = found.claimed_until is not None and now < found.claimed_until and found.owner != owner
    if found.state is State.CLAIMED and is_live:
        return Outcome.BUSY
    if found.source.etag != source.etag:
        return Outcome.CHANGED
    if found.state is State.DONE:
        return Outcome.DONE
    if found.state is State.PLANNED and found.owner != owner:
        return Outcome.PLANNED
    return Outcome.CLAIMED


def address(key: str) -> tuple[str, str]:
    """Return where an object's row is: objects of one folder share a partition.

    Examples
    --------
    >>> address("logs/events.2026/11/23/09/augury-1.gz")
    ('SPLIT#logs/events.2026/11/23/09', '#augury-1.gz')
    """
    folder, _, name = key.rpartition("/")
    return SOURCES + folder, f"#{name}"  # a sort key must not be empty


def item_of(entry: Entry, revision: int) -> Item:
    """Return a row as the table keeps it; its revision grows with each writing."""
    pk, sk = address(entry.source.key)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "source": entry.source.key,
        "etag": entry.source.etag,
        "size_bytes": entry.source.size_bytes,
        "state": str(entry.state),
        "owner": entry.owner,
        "engine": entry.engine,
        "at": entry.at,
        "revision": revision,
    }
    if entry.claimed_until:
        item["claimed_until"] = entry.claimed_until.timestamp()
    if entry.counts:
        item["counts"] = asdict(entry.counts)
    return item


def entry_of(item: Item) -> Entry:
    """Return a row as it was written."""
    until: Any = item.get("claimed_until")
    return Entry(
        Source(item["source"], item["etag"], item["size_bytes"]),
        State(item["state"]),
        item["owner"],
        item["engine"],
        datetime.fromtimestamp(until, UTC) if until is not None else None,
        Counts(**item["counts"]) if "counts" in item else None,
        item["at"],
    )
