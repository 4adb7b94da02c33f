"""The lines of one file of a day, in order and without duplicates: pure, the same for every engine."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson

from augury.events import distinct_events, identity
from augury.split.bulk.records import has_id, line_of, mark_of


@dataclass(frozen=True, slots=True)
class Merged:
    """What is left of the records of one file.

    Parameters
    ----------
    lines : list of bytes
        By time of receipt, then checksum of the id, then text; without newlines.
    duplicates : int
        Lines left out because another has the same id and content.
    conflicts : int
        Lines kept although another has the same id, with other content.
    """

    lines: list[bytes]
    duplicates: int = 0
    conflicts: int = 0


def merge(records: list[bytes]) -> Merged:
    """Sort records, which is done in place, and leave out duplicates as :func:`augury.events.distinct_events` does.

    Only lines whose id has the checksum of another's are parsed. The same records in any order give the same lines.

    Examples
    --------
    >>> from augury.split.bulk.records import record_of
    >>> at = "2026-11-23T09:30:00.000Z"
    >>> record = record_of(b'{"n":1,"_event_id":"a"}', at, "a")
    >>> other = record_of(b'{"n":2,"_event_id":"a"}', at, "a")
    >>> merge([other, record, record])
    Merged(lines=[b'{"n":1,"_event_id":"a"}', b'{"n":2,"_event_id":"a"}'], duplicates=1, conflicts=1)
    """
    records.sort()
    counts = Counter(map(mark_of, records))
    shared = {mark for mark, count in counts.items() if count > 1 and has_id(mark)}
    if not shared:
        return Merged([line_of(record) for record in records])
    places = defaultdict[bytes, list[int]](list)
    for place, record in enumerate(records):
        if (mark := mark_of(record)) in shared:
            places[mark].append(place)
    left_out, conflicts = set[int](), 0
    for together in places.values():
        try:
            repeats, conflicting = _repeats(_parsed(records, together))
        except TypeError:  # an event deeper than orjson writes, which no line of ours is: all of them stay
            continue
        left_out |= repeats
        conflicts += conflicting
    kept = [line_of(record) for place, record in enumerate(records) if place not in left_out]
    return Merged(kept, len(left_out), conflicts)


def _parsed(records: list[bytes], places: list[int]) -> dict[int, Mapping[str, Any]]:
    """Return the events of some records; lines that are none, which somebody else wrote, are left out and so stay."""
    events = dict[int, Mapping[str, Any]]()
    for place in places:
        with suppress(ValueError):
            event = orjson.loads(line_of(records[place]))
            if isinstance(event, dict) and event.get("_event_id") is not None:
                events[place] = event
    return events


def _repeats(events: Mapping[int, Mapping[str, Any]]) -> tuple[set[int], int]:
    """Return which events repeat others, and how many conflict.

    Of equal events one stays whose timestamp can't be the server's: it keeps showing, to later runs too, that this
    timestamp is the caller's.
    """
    by_evidence = sorted(events, key=lambda place: _may_be_ours(events[place]))
    places = {id(events[place]): place for place in by_evidence}
    kept = distinct_events([events[place] for place in by_evidence])
    ids = Counter(orjson.dumps(event["_event_id"]) for event in kept)
    return events.keys() - {places[id(event)] for event in kept}, sum(count - 1 for count in ids.values())


def _may_be_ours(event: Mapping[str, Any]) -> bool:
    found = identity(event)
    return found is not None and found.may_be_ours
