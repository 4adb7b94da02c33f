"""Whether all lines that came in are where they should be: pure, from sightings to tallies."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from augury.analysis.sightings import Cell, Place, Sighting

_SOURCES_KEPT = 20


@dataclass(slots=True)
class Tally:
    """The lines of one client and hour.

    Parameters
    ----------
    logs, spill : int
        Lines that came in.
    split : int
        Events that the split has, each counted once.
    duplicates : int
        Lines that repeat one of them: same id, same content. The split may hold them too; reading leaves them out.
    failed : int
        Lines in ``failed/split/``.
    missing : int
        Lines that came in and are in neither.
    extra : int
        Lines in the split or in ``failed/split/`` more often than they came in, or that never did.
    conflicts : int
        Events with an id that another event of the client has, with other content. Both count above.
    sources : Counter
        The objects that missing and extra lines were seen in, with how many; 20 objects at most.
    """

    logs: int = 0
    spill: int = 0
    split: int = 0
    duplicates: int = 0
    failed: int = 0
    missing: int = 0
    extra: int = 0
    conflicts: int = 0
    sources: Counter[str] = field(default_factory=Counter)

    @property
    def adds_up(self) -> bool:
        """Whether what came in is what was split, repeated or failed, line by line."""
        return not self.missing and not self.extra

    def blame(self, source: str) -> None:
        """Note an object that a missing or extra line was seen in."""
        if source in self.sources or len(self.sources) < _SOURCES_KEPT:
            self.sources[source] += 1

    def add(self, other: Tally) -> None:
        """Add the counts of another tally."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for source, count in other.sources.items():
            if source in self.sources or len(self.sources) < _SOURCES_KEPT:
                self.sources[source] += count


COUNTS = ("logs", "spill", "split", "duplicates", "failed", "missing", "extra", "conflicts")
"""Names of what a tally counts."""

type Tallies = defaultdict[Cell, Tally]


def reconcile(sightings: Iterable[Sighting], tallies: Tallies) -> None:
    """Add sightings to the tallies of their cells.

    All sightings of an event must come in one call. Lines that :func:`augury.events.distinct_events` takes for one
    event are its copies, in whatever hours they came: one of them is what the split keeps, the others are its
    duplicates. If the split has none of them, all are missing. A line without an id is an event of its own.

    Parameters
    ----------
    sightings : iterable of Sighting
        Of raw objects, split output and failures.
    tallies : defaultdict
        By cell; added to.
    """
    events: defaultdict[bytes, defaultdict[bytes, list[Sighting]]] = defaultdict(lambda: defaultdict(list))
    for seen in sightings:
        events[seen.event][seen.content].append(seen)
    for contents in events.values():
        groups = [copies for alike in contents.values() for copies in _settle_alike(alike, tallies)]
        _count_conflicts(groups, tallies)


def _settle_alike(alike: list[Sighting], tallies: Tallies) -> list[list[Sighting]]:
    """Settle lines that differ in their timestamps at most; return the copies of each event among them.

    A timestamp that may be the server's is the caller's where another line says so. The split may have been
    deduplicated without that line, which came a day later, and then keeps any of those that may be the server's.
    """
    if not alike[0].may_repeat:
        _settle_each(alike, tallies)
        return [alike]
    callers = {seen.timestamp for seen in alike if not seen.may_be_ours}
    groups: defaultdict[bytes | None, list[Sighting]] = defaultdict(list)
    for seen in alike:
        groups[seen.timestamp if not seen.may_be_ours or seen.timestamp in callers else None].append(seen)
    ours_kept = any(seen.may_be_ours and seen.place is Place.SPLIT for seen in alike)
    for timestamp, copies in groups.items():
        _settle(copies, tallies, kept_elsewhere=timestamp is None and ours_kept)
    return list(groups.values())


def _settle_each(lines: list[Sighting], tallies: Tallies) -> None:
    """Say of equal lines, each of which is an event, what they are."""
    for cell, places in _by_cell(lines).items():
        tally = tallies[cell]
        to_split = _count_in(tally, places)
        found = len(places[Place.SPLIT])
        tally.split += max(min(found, to_split), 0)
        _miss(tally, places, max(to_split - found, 0))
        _exceed(tally, places, to_split)


def _settle(copies: list[Sighting], tallies: Tallies, *, kept_elsewhere: bool) -> None:
    """Say of each copy of one event what it is."""
    by_cell = _by_cell(copies)
    keeper = min((cell for cell, places in by_cell.items() if places[Place.SPLIT]), default=None)
    for cell, places in by_cell.items():
        tally, kept_here = tallies[cell], cell == keeper
        to_split = _count_in(tally, places)
        tally.split += kept_here
        if keeper is not None or kept_elsewhere:
            tally.duplicates += max(to_split - kept_here, 0)
        else:
            _miss(tally, places, max(to_split, 0))
        _exceed(tally, places, to_split)


type _Places = defaultdict[Place, list[Sighting]]


def _by_cell(sightings: list[Sighting]) -> dict[Cell, _Places]:
    by_cell: defaultdict[Cell, _Places] = defaultdict(lambda: defaultdict(list))
    for seen in sightings:
        by_cell[seen.cell][seen.place].append(seen)
    return by_cell


def _count_in(tally: Tally, places: _Places) -> int:
    """Count what came in and what failed; return how many lines are left for the split."""
    tally.logs += len(places[Place.LOGS])
    tally.spill += len(places[Place.SPILL])
    tally.failed += len(places[Place.FAILED])
    return len(places[Place.LOGS]) + len(places[Place.SPILL]) - len(places[Place.FAILED])


def _miss(tally: Tally, places: _Places, count: int) -> None:
    tally.missing += count
    for seen in (places[Place.LOGS] + places[Place.SPILL])[:count]:
        tally.blame(seen.source)


def _exceed(tally: Tally, places: _Places, to_split: int) -> None:
    """Count lines that are there more often than they came in."""
    failed, split = places[Place.FAILED], places[Place.SPLIT]
    surplus = max(-to_split, 0) + max(len(split) - max(to_split, 0), 0)
    tally.extra += surplus
    for seen in (split or failed)[:surplus]:
        tally.blame(seen.source)


def _count_conflicts(contents: list[list[Sighting]], tallies: Tallies) -> None:
    for copies in contents[1:]:
        tallies[min(seen.cell for seen in copies)].conflicts += 1
