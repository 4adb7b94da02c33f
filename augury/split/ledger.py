"""Which raw objects are split, and by whom: one row of the table for each, that both engines ask before they write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from augury.aws import ConditionFailed, Item, Table
from augury.events import receipt_text
from augury.split.entries import SOURCES, Counts, Entry, Outcome, Source, State, address, decide, entry_of, item_of

_TRIES = 5


class ClaimLost(Exception):
    """The claim ended before the work did, and the object may be somebody else's now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim.

    Parameters
    ----------
    outcome : Outcome
        What became of it.
    source : Source
        What was claimed.
    owner : str
        By whom.
    until : datetime
        When it ends by itself.
    found : Entry, optional
        The row that decided; None where there was none.
    """

    outcome: Outcome
    source: Source
    owner: str
    until: datetime
    found: Entry | None = None


class Ledger:
    """The rows of raw objects.

    Parameters
    ----------
    table : Table
        Augury's table.
    engine : str
        Name of the engine that asks, which its rows show.
    clock : callable, optional
        Gives the time, with its zone.
    """

    def __init__(self, table: Table, engine: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._table = table
        self._engine = engine
        self._clock = clock

    def claim(self, source: Source, owner: str, for_s: float) -> Claim:
        """Claim an object for a while.

        A claim that ended is anybody's; who has one may claim again.

        Parameters
        ----------
        source : Source
            The object as it is now.
        owner : str
            Who claims it; no two that may work at the same time have the same name.
        for_s : float
            Seconds after which the claim ends; the work must end before.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer.
        """
        until = self._clock() + timedelta(seconds=for_s)
        outcome, found = self._take(self._entry(source, State.CLAIMED, owner, until=until))
        return Claim(outcome, source, owner, until, found)

    def ensure_held(self, claim: Claim) -> None:
        """Check that a claim has not ended, before something is written on its strength.

        Raises
        ------
        ClaimLost
            It has.
        """
        if self._clock() >= claim.until:
            raise ClaimLost(f"{claim.source.key}: the claim ended at {receipt_text(claim.until)}")

    def release(self, claim: Claim) -> None:
        """End a claim early, so that the object can be claimed at once; one that is lost already stays lost.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer; the claim ends by itself.
        """
        stored, found = self._read(claim.source.key)
        if stored and found and found.state is State.CLAIMED and found.owner == claim.owner:
            released = self._entry(claim.source, State.CLAIMED, claim.owner, until=self._clock())
            with suppress(ConditionFailed):
                self._put(released, over=stored)

    def assign_to_plan(self, plan_id: str, sources: Iterable[Source]) -> dict[Source, Outcome]:
        """Give objects to a recorded plan, for good: those whose outcome is ``CLAIMED`` are the plan's.

        Doing it again changes nothing, and says the same of what the plan has already. Somebody whose claim ended may
        have left some of an object's outputs: they are the plan's to replace, by the keys that are made from it.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer; some objects may be the plan's, and doing it again gives it the others.
        """
        return {source: self._take(self._entry(source, State.PLANNED, plan_id))[0] for source in sources}

    def withdraw(self, plan_id: str, sources: Iterable[Source]) -> None:
        """Take a plan's objects back, so that they can be claimed at once; those that it has not, stay as they are.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer; doing it again takes the others back.
        """
        for source in sources:
            stored, found = self._read(source.key)
            if stored and found and found.state is State.PLANNED and found.owner == plan_id:
                with suppress(ConditionFailed):
                    self._put(self._entry(source, State.CLAIMED, plan_id, until=self._clock()), over=stored)

    def complete(self, source: Source, owner: str, counts: Counts) -> None:
        """Write that an object is done, by who claimed it or by its plan. Doing it again changes nothing.

        Raises
        ------
        ClaimLost
            Somebody else has the object.
        AwsUnavailable
            DynamoDB did not answer.
        """
        done = self._entry(source, State.DONE, owner, counts=counts)
        for _ in range(_TRIES):
            stored, found = self._read(source.key)
            if stored is None or found is None or (found.owner, found.source.etag) != (owner, source.etag):
                break
            if found.state is State.DONE:
                return
            with suppress(ConditionFailed):
                self._put(done, over=stored)
                return
        raise ClaimLost(f"{source.key}: somebody else claimed it meanwhile")

    def accept_content(self, source: Source) -> None:
        """Write that an operator gave an object other content: what was done of it stays done.

        An object that nobody claimed yet has no row, and needs none.

        Raises
        ------
        ClaimLost
            Somebody is splitting the object right now; its claim ends soon.
        AwsUnavailable
            DynamoDB did not answer.
        """
        for _ in range(_TRIES):
            stored, found = self._read(source.key)
            if stored is None or found is None or found.source == source:
                return
            if found.state is State.CLAIMED and found.claimed_until and self._clock() < found.claimed_until:
                break
            with suppress(ConditionFailed):
                self._put(replace(found, source=source), over=stored)
                return
        raise ClaimLost(f"{source.key} is being split right now: try again in some minutes")

    def entry(self, key: str) -> Entry | None:
        """Return an object's row; None where nobody claimed it yet."""
        return self._read(key)[1]

    def entries(self, folder: str) -> Iterator[Entry]:
        """Yield the rows of all objects of one folder, by their names.

        Parameters
        ----------
        folder : str
            What stands before the last slash of the objects' keys.

        Raises
        ------
        AwsUnavailable
            DynamoDB did not answer.
        """
        return map(entry_of, self._table.query(SOURCES + folder))

    def entries_of(self, keys: Iterable[str]) -> dict[str, Entry]:
        """Return the rows of objects, by their keys; those that nobody claimed yet have none.

        Each folder is read once, whatever the number of its objects.
        """
        wanted = set(keys)
        folders = {key.rpartition("/")[0] for key in wanted}
        found = (entry for folder in sorted(folders) for entry in self.entries(folder))
        return {entry.source.key: entry for entry in found if entry.source.key in wanted}

    def _take(self, wanted: Entry) -> tuple[Outcome, Entry | None]:
        """Write a row where :func:`decide` allows it, against what others write meanwhile."""
        stored, found = None, None
        for _ in range(_TRIES):
            outcome = decide(found, wanted.source, wanted.owner, self._clock())
            if outcome is not Outcome.CLAIMED:
                return outcome, found
            try:
                self._put(wanted, over=stored)
            except ConditionFailed:
                stored, found = self._read(wanted.source.key)
            else:
                return outcome, found
        return Outcome.BUSY, found

    def _read(self, key: str) -> tuple[Item | None, Entry | None]:
        stored = self._table.get(*address(key))
        return stored, entry_of(stored) if stored else None

    def _put(self, entry: Entry, over: Item | None) -> None:
        if over is None:
            self._table.put(item_of(entry, revision=1), must_be_new=True)
        else:
            revision = over["revision"]
            self._table.put(item_of(entry, revision + 1), expected={"revision": revision})

    def _entry(
        self, source: Source, state: State, owner: str, *, until: datetime | None = None, counts: Counts | None = None
    ) -> Entry:
        return Entry(source, state, owner, self._engine, until, counts, receipt_text(self._clock()))
