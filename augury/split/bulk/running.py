"""One run of the split in bulk: alone, after what an earlier one left undone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.planning import BulkPlan
from augury.split.bulk.publication import Publication
from augury.split.ledger import ClaimLost
from augury.split.plan_rows import PlanRows, PlanState
from augury.split.run_lock import RunLock

LOCK_S = 180.0
"""Seconds after which a run that died can be followed by the next."""

_RENEWALS = 5  # tries to renew a lock before it ends
_TRIES = 5


class Contended(Exception):
    """Functions keep splitting what was to be planned."""


def run_bulk(
    publication: Publication, plans: PlanRows, survey: Callable[[], BulkPlan], *, abandon: bool = False
) -> list[BulkOutcome]:
    """Finish what was left undone, then plan and carry out what there is to do. Call it with the lock held.

    Parameters
    ----------
    publication : Publication
        Carries plans out.
    plans : PlanRows
        How far recorded plans are.
    survey : callable
        Plans what there is to do.
    abandon : bool
        Take back what was left undone and not committed, rather than finish it.

    Returns
    -------
    list of BulkOutcome
        Of each plan that was finished; empty where there was nothing to do.

    Raises
    ------
    InputsVanished
        An earlier plan can't be finished.
    Contended
        Functions kept splitting what was planned.
    AwsUnavailable
        S3 or DynamoDB failed; running again makes it whole.
    """
    outcomes: list[BulkOutcome] = []
    for row in list(plans.unfinished()):
        if abandon and row.state is PlanState.PLANNED:
            publication.abandon(row)
        elif (outcome := publication.finish(row)) is not None:
            outcomes.append(outcome)
    for _ in range(_TRIES):
        plan = survey()
        if plan.is_idle:
            return outcomes
        if (outcome := publication.finish(publication.record(plan))) is not None:
            return [*outcomes, outcome]
    raise Contended("functions split what was planned, five times in a row: run again when they have caught up")


@contextmanager
def held(lock: RunLock, on_lost: Callable[[], object], for_s: float = LOCK_S) -> Iterator[Callable[[], None]]:
    """Hold the lock of runs while it lasts, renewing it from a thread.

    Parameters
    ----------
    lock : RunLock
        The lock.
    on_lost : callable
        Called from that thread where the lock is lost, or could not be renewed before it ended: to stop the work.
    for_s : float
        Seconds that the lock was made for.

    Yields
    ------
    callable
        Raises :class:`augury.split.ledger.ClaimLost` once the lock is lost.

    Raises
    ------
    AlreadyRunning
        Another run holds it.
    """
    lock.acquire()
    ended, lost = threading.Event(), threading.Event()

    def renew() -> None:
        failures = 0
        while not ended.wait(for_s / (_RENEWALS + 1)):
            try:
                lock.renew()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the lock is not renewed
                failures += 1
                if isinstance(error, ClaimLost) or failures >= _RENEWALS:
                    lost.set()
                    on_lost()
                    return

    def ensure_held() -> None:
        if lost.is_set():
            raise ClaimLost("another run of the split in bulk may have taken the lock over: run again")

    renewing = threading.Thread(target=renew, name="split-lock", daemon=True)
    renewing.start()
    try:
        yield ensure_held
    finally:
        ended.set()
        renewing.join()
        if not lost.is_set():
            lock.release()
