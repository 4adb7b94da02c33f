"""One run of the split in bulk at a time: a row of the table that its holder renews, and that ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from augury.aws import ConditionFailed, Item, Table
from augury.events import receipt_text
from augury.split.ledger import ClaimLost

RUNS: Final = "SPLIT-RUN"
"""The partition of the lock."""

_LOCK = "LOCK"


class AlreadyRunning(Exception):
    """Another run holds the lock; the message names its holder and when the lock ends by itself."""


class RunLock:
    """The right to run, from :meth:`acquire` to :meth:`release`.

    Parameters
    ----------
    table : Table
        Augury's table.
    holder : str
        Who runs: another name for each run.
    for_s : float
        Seconds after which the lock ends unless it was renewed.
    clock : callable, optional
        Gives the time, with its zone.
    """

    def __init__(
        self, table: Table, holder: str, for_s: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._table = table
        self._holder = holder
        self._for_s = for_s
        self._clock = clock

    def acquire(self) -> None:
        """Take the lock, or take it over from who let it end.

        Raises
        ------
        AlreadyRunning
            Another run holds it.
        AwsUnavailable
            DynamoDB did not answer.
        """
        found = self._table.get(RUNS, _LOCK)
        if found and found["holder"] != self._holder and self._clock().timestamp() < found["until"]:
            raise AlreadyRunning(
                f"the split in bulk is run by {found['holder']}, whose lock ends at "
                f"{receipt_text(datetime.fromtimestamp(found['until'], UTC))} unless it is renewed"
            )
        try:
            self._put(found)
        except ConditionFailed:
            raise AlreadyRunning("another run of the split in bulk began at the same moment") from None

    def renew(self) -> None:
        """Hold the lock for its time from now on.

        Raises
        ------
        ClaimLost
            The lock is another's, or was given up.
        AwsUnavailable
            DynamoDB did not answer.
        """
        found = self._table.get(RUNS, _LOCK)
        if found is None or found["holder"] != self._holder or not found["until"]:
            raise ClaimLost("another run of the split in bulk took the lock over")
        try:
            self._put(found)
        except ConditionFailed:
            raise ClaimLost("another run of the split in bulk took the lock over") from None

    def release(self) -> None:
        """Give the lock up; one that is another's stays so."""
        found = self._table.get(RUNS, _LOCK)
        if found and found["holder"] == self._holder:
            self._put(found, until=0.0)

    def _put(self, found: Item | None, until: float | None = None) -> None:
        ends = (self._clock() + timedelta(seconds=self._for_s)).timestamp() if until is None else until
        revision = found["revision"] if found else 0
        item = {"pk": RUNS, "sk": _LOCK, "holder": self._holder, "until": ends, "revision": revision + 1}
        if found:
            self._table.put(item, expected={"revision": revision})
        else:
            self._table.put(item, must_be_new=True)
