"""Calls that are made after the answer, and that nobody waits for."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock


class ShadowCalls:
    """Makes a bounded number of calls in the background; what is beyond it, or waited for too long, is dropped.

    Parameters
    ----------
    workers : int
        Calls made at once, 2 unless given.
    most_waiting : int
        Calls made or waiting, 64 unless given.
    oldest_s : float
        Seconds after which a call that still waits is not made, 5 unless given.
    now : callable, optional
        Clock in seconds.

    Attributes
    ----------
    dropped : int
        Calls that were not made.

    Examples
    --------
    >>> calls, shown = ShadowCalls(), []
    >>> calls.submit(lambda: shown.append("a call"))
    >>> calls.drain(within_s=5), shown
    (True, ['a call'])
    """

    def __init__(
        self,
        workers: int = 2,
        most_waiting: int = 64,
        oldest_s: float = 5.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = workers
        self._most_waiting = most_waiting
        self._oldest_s = oldest_s
        self._now = now
        self._pool: ThreadPoolExecutor | None = None
        self._calls: set[Future[None]] = set()
        self._lock = Lock()
        self.dropped = 0

    def submit(self, call: Callable[[], None]) -> None:
        """Have a call made soon, or dropped. It must not raise."""
        at = self._now()
        with self._lock:
            if len(self._calls) >= self._most_waiting:
                self.dropped += 1
                return
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="shadow")
            made = self._pool.submit(self._make, call, at)
            self._calls.add(made)
        made.add_done_callback(self._forget)

    def drain(self, within_s: float) -> bool:
        """Wait for the calls that were submitted, such as before a process ends; False where some are not done."""
        with self._lock:
            calls = set(self._calls)
        return not wait(calls, within_s).not_done

    def _make(self, call: Callable[[], None], submitted_at: float) -> None:
        if self._now() - submitted_at > self._oldest_s:
            with self._lock:
                self.dropped += 1
        else:
            call()

    def _forget(self, made: Future[None]) -> None:
        with self._lock:
            self._calls.discard(made)
