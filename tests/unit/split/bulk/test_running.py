"""One run at a time: the lock, while it is held and when it is lost."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

import pytest

from augury.aws import Table
from augury.split import ClaimLost
from augury.split.bulk.running import held
from augury.split.run_lock import AlreadyRunning, RunLock
from tests.bulk_scenario import NOW

NEVER_S = 600.0


def lock(table: Table, holder: str, later_s: float = 0) -> RunLock:
    return RunLock(table, holder, NEVER_S, lambda: NOW + timedelta(seconds=later_s))


def test_after_a_run_the_lock_is_anybodys_at_once(table: Table) -> None:
    for holder in ("first", "second"):
        with held(lock(table, holder), on_lost=lambda: None) as ensure_held:
            ensure_held()
            with pytest.raises(AlreadyRunning, match=holder):
                lock(table, "third").acquire()


def take_over(ended: RunLock) -> None:
    """Acquire a lock that has ended, however often its holder renews it in between."""
    for _ in range(1_000):
        with contextlib.suppress(AlreadyRunning):
            return ended.acquire()
    raise AssertionError("a thousand renewals came in between")


def test_who_loses_the_lock_is_stopped_and_does_not_end_the_others(table: Table) -> None:
    stopped = threading.Event()
    with held(lock(table, "slow"), on_lost=stopped.set, for_s=0.01) as ensure_held:
        take_over(lock(table, "other", later_s=NEVER_S + 1))
        assert stopped.wait(20)
        with pytest.raises(ClaimLost, match="run again"):
            ensure_held()
    with pytest.raises(AlreadyRunning, match="other"):
        lock(table, "third", later_s=NEVER_S + 2).acquire()
