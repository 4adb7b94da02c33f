"""The proof that no line was lost: every line of a range of days, followed from where it came in to where it went.

Per client and hour of ``_received_at``, lines in ``logs/`` and ``spill/`` must be lines split, duplicates, and lines in
``failed/split/``. All of it is read from the lake itself, and nothing from what the split says of its work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pydantic import Base64Bytes, BaseModel, ValidationError

from augury.analysis.reconciliation import Tally, reconcile
from augury.analysis.sightings import Cell, Place, sighting
from augury.analysis.spool import Spool
from augury.aws import NotFound, ObjectStore, ObjectSummary
from augury.events import MAX_EVENT_BYTES
from augury.lake import (
    CLIENTS,
    CutShort,
    EventsPrefix,
    client_day,
    failed_object_key,
    failed_split,
    failed_split_key,
    is_split_output,
    numbered_lines,
    spill_hour,
)
from augury.names import ClientName, InvalidName

_HOUR = timedelta(hours=1)
_FAILURE_BYTES = 16 * MAX_EVENT_BYTES  # of the longest line, escaped and twice


@dataclass(frozen=True, slots=True)
class Problem:
    """An object that is not as it should be, whatever its lines add up to."""

    key: str
    what: str


@dataclass(frozen=True, slots=True)
class RawObject:
    """An object of raw lines, and the hour that it is filed under."""

    summary: ObjectSummary
    place: Place
    hour: datetime


@dataclass(frozen=True, slots=True)
class SplitObject:
    """An object that the split wrote, and whose day it is filed under."""

    summary: ObjectSummary
    client: ClientName
    day: date


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """What is to be read.

    Parameters
    ----------
    first, last : date
        UTC days, both included.
    raw : tuple of RawObject
        Of these days and an hour more on both sides: an object is filed under the hour in which its first record
        reached Firehose, which can be the hour before or after that of a line's ``_received_at``.
    split : tuple of SplitObject
        Of these days.
    failed : dict
        Key of each object of failed lines, with its hour and size.
    problems : tuple of Problem
        What listing found.
    """

    first: date
    last: date
    raw: tuple[RawObject, ...]
    split: tuple[SplitObject, ...]
    failed: dict[str, tuple[datetime, int]]
    problems: tuple[Problem, ...]

    @property
    def size_bytes(self) -> int:
        """Bytes that will be read."""
        listed = [*(raw.summary for raw in self.raw), *(split.summary for split in self.split)]
        return sum(summary.size_bytes for summary in listed) + sum(size for _, size in self.failed.values())


@dataclass(slots=True)
class Account:
    """What a range adds up to.

    Parameters
    ----------
    cells : dict
        Tally of each client and hour, in order.
    problems : list of Problem
        Objects that can't be read, or hold lines that belong elsewhere.
    unsplit : list of Problem
        Raw objects of which nothing was split, as ``failed/split/`` says with the reason. Each counts as one that
        failed, whatever it holds.
    """

    cells: dict[Cell, Tally]
    problems: list[Problem] = field(default_factory=list)
    unsplit: list[Problem] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """The sum over all cells."""
        total = Tally()
        for tally in self.cells.values():
            total.add(tally)
        return total

    @property
    def adds_up(self) -> bool:
        """Whether nothing is missing, nothing is there too often, and every object is as it should be."""
        return not self.problems and all(tally.adds_up for tally in self.cells.values())


def plan_account(
    store: ObjectStore,
    first: date,
    last: date,
    client: ClientName | None = None,
    events_prefix: EventsPrefix | None = None,
) -> AccountPlan:
    """List what has to be read to account for a range of days.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    first, last : date
        UTC days, both included.
    client : ClientName, optional
        Whose split output to read; everybody's unless given.
    events_prefix : EventsPrefix, optional
        Where the deployment's stream lays events; the default one unless given.

    Raises
    ------
    ValueError
        ``last`` is before ``first``.
    """
    if last < first:
        raise ValueError(f"the range ends on {last}, before it begins on {first}")
    hours = list(_hours(first, last))
    prefixes = {Place.LOGS: (events_prefix or EventsPrefix()).hour, Place.SPILL: spill_hour}
    raw = [
        RawObject(summary, place, hour)
        for place, prefix in prefixes.items()
        for hour in hours
        for summary in store.list(prefix(hour))
    ]
    failed = {
        summary.key: (hour, summary.size_bytes)
        for prefix in prefixes.values()
        for hour in hours
        for summary in store.list(failed_split(prefix(hour)))
    }
    clients, problems = ([client], []) if client else _clients(store)
    split = [
        SplitObject(summary, owner, day)
        for owner in clients
        for day in _days(first, last)
        for summary in store.list(client_day(owner, day))
        if is_split_output(summary.key)
    ]
    return AccountPlan(first, last, tuple(raw), tuple(split), failed, tuple(problems))


def account(
    store: ObjectStore,
    plan: AccountPlan,
    client: ClientName | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> Account:
    """Read what was planned, and say what it adds up to.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    plan : AccountPlan
        From :func:`plan_account`.
    client : ClientName, optional
        Whose lines to account for; everybody's unless given.
    progress : callable, optional
        Told how many bytes were read.
    """
    tallies: defaultdict[Cell, Tally] = defaultdict(Tally)
    with Spool() as spool:
        reading = _Reading(store, spool, progress)
        reading.read(plan)
        for sightings in spool.partitions():
            reconcile(sightings, tallies)
    cells = {
        cell: tally
        for cell, tally in sorted(tallies.items())
        if plan.first <= cell.day <= plan.last and client in (None, cell.client)
    }
    return Account(cells, [*plan.problems, *reading.problems], reading.unsplit)


class _Failure(BaseModel):
    """What is read of a line in ``failed/split/``; without a number it is of a whole object."""

    source: str
    line: int | None = None
    reason: str
    text: str = ""
    base64: Base64Bytes | None = None

    @property
    def content(self) -> bytes:
        """The line that failed."""
        return self.text.encode() if self.base64 is None else self.base64


class _Reading:
    """Lays the sightings of every planned object aside."""

    def __init__(self, store: ObjectStore, spool: Spool, progress: Callable[[int], object]) -> None:
        self._store = store
        self._spool = spool
        self._progress = progress
        self._bytes = 0
        self.problems: list[Problem] = []
        self.unsplit: list[Problem] = []

    def read(self, plan: AccountPlan) -> None:
        orphans = dict(plan.failed)
        for raw in plan.raw:
            self._read_source(raw, orphans)
            self._advance(raw.summary.size_bytes)
        for failed_key, (hour, size_bytes) in orphans.items():
            for failure in self._line_failures(failed_key):
                self._spool.add(sighting(failure.content, Place.FAILED, failed_key, hour))
            self._advance(size_bytes)
        for split in plan.split:
            self._read_split(split)
            self._advance(split.summary.size_bytes)

    def _read_source(self, raw: RawObject, orphans: dict[str, tuple[datetime, int]]) -> None:
        """Read a raw object and its failures, which are no orphans then; one that was left out whole is not read."""
        key = raw.summary.key
        object_key, failed_key = failed_object_key(key, raw.summary.etag), failed_split_key(key)
        if orphans.pop(object_key, None) and not list(self._line_failures(object_key)):
            return
        found = self._line_failures(failed_key) if orphans.pop(failed_key, None) else ()
        self._read_raw(raw, {failure.line for failure in found if failure.line is not None}, failed_key)

    def _line_failures(self, key: str) -> Iterator[_Failure]:
        """Yield the failures that are of lines, and note those that are of whole objects."""
        for failure in self._failures(key):
            if failure.line is None:
                self.unsplit.append(Problem(failure.source, failure.reason))
            else:
                yield failure

    def _read_raw(self, raw: RawObject, failed: set[int], failed_key: str) -> None:
        key, known_problems = raw.summary.key, len(self.problems)
        for number, line in self._lines(key):
            self._spool.add(sighting(line, raw.place, key, raw.hour))
            if number in failed:
                failed.remove(number)
                self._spool.add(sighting(line, Place.FAILED, failed_key, raw.hour))
        if failed and len(self.problems) == known_problems:
            self.problems.append(Problem(failed_key, f"{len(failed)} lines that its source does not have"))

    def _read_split(self, split: SplitObject) -> None:
        key, strange = split.summary.key, 0
        for _, line in self._lines(key):
            seen = sighting(
                line, Place.SPLIT, key, datetime(split.day.year, split.day.month, split.day.day, tzinfo=UTC)
            )
            strange += (seen.cell.client, seen.cell.day) != (split.client, split.day)
            self._spool.add(seen)
        if strange:
            self.problems.append(Problem(key, f"{strange} lines of another client or day"))

    def _failures(self, key: str) -> Iterator[_Failure]:
        for _, line in self._lines(key, _FAILURE_BYTES):
            try:
                yield _Failure.model_validate_json(line)
            except ValidationError:
                self.problems.append(Problem(key, "a line is no failure as the split writes it"))

    def _lines(self, key: str, longest: int = MAX_EVENT_BYTES) -> Iterator[tuple[int, bytes]]:
        try:
            with self._store.open(key) as body:
                yield from numbered_lines(body, longest)
        except CutShort as error:
            self.problems.append(Problem(key, f"can't be read: {error}"))
        except NotFound:
            self.problems.append(Problem(key, "was listed and is gone: something rewrites this range; check again"))

    def _advance(self, size_bytes: int) -> None:
        self._bytes += size_bytes
        self._progress(self._bytes)


def _clients(store: ObjectStore) -> tuple[list[ClientName], list[Problem]]:
    names, problems = list[ClientName](), list[Problem]()
    for folder in store.folders(CLIENTS):
        try:
            names.append(ClientName(folder))
        except InvalidName:
            problems.append(Problem(f"{CLIENTS}{folder}/", "is no client's folder"))
    return names, problems


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def _hours(first: date, last: date) -> Iterable[datetime]:
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - _HOUR
    count = ((last - first).days + 1) * 24 + 2
    return (begin + _HOUR * offset for offset in range(count))
