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

    All sightings of an event must come in one call. Lines of one id and content are copies of one event, in whatever
    hours they came: one of them is what the split keeps, the others are its duplicates. If the split has none of them,
    all are missing.

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
        for copies in contents.values():
            _settle(copies, tallies)
        _count_conflicts(list(contents.values()), tallies)


def _settle(copies: list[Sighting], tallies: Tallies) -> None:
    """Say of each copy of one event what it is."""
    by_cell: defaultdict[Cell, defaultdict[Place, list[Sighting]]] = defaultdict(lambda: defaultdict(list))
    for seen in copies:
        by_cell[seen.cell][seen.place].append(seen)
    keeper = min((cell for cell, places in by_cell.items() if places[Place.SPLIT]), default=None)
    for cell, places in by_cell.items():
        _settle_cell(tallies[cell], places, kept_here=cell == keeper, kept=keeper is not None)


def _settle_cell(tally: Tally, places: dict[Place, list[Sighting]], *, kept_here: bool, kept: bool) -> None:
    raw = places[Place.LOGS] + places[Place.SPILL]
    failed, split = places[Place.FAILED], places[Place.SPLIT]
    to_split = len(raw) - len(failed)
    tally.logs += len(places[Place.LOGS])
    tally.spill += len(places[Place.SPILL])
    tally.failed += len(failed)
    tally.split += kept_here
    if kept:
        tally.duplicates += max(to_split - kept_here, 0)
    else:
        tally.missing += max(to_split, 0)
        for seen in raw[: max(to_split, 0)]:
            tally.blame(seen.source)
    surplus = max(-to_split, 0) + max(len(split) - max(to_split, 0), 0)
    tally.extra += surplus
    for seen in (split or failed)[:surplus]:
        tally.blame(seen.source)


def _count_conflicts(contents: list[list[Sighting]], tallies: Tallies) -> None:
    for copies in contents[1:]:
        tallies[min(seen.cell for seen in copies)].conflicts += 1
