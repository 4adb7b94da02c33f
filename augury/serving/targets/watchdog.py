"""Ends what is not done in time, whatever it waits for: a socket's own timeout starts anew with every byte."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread


class Watchdog:
    """One thread that calls what was to be called at a deadline, unless the block around it ended before."""

    def __init__(self) -> None:
        self._alarms: list[tuple[float, int]] = []
        self._ends: dict[int, Callable[[], None]] = {}
        self._numbers = count()
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def watching(self, deadline: float, end: Callable[[], None]) -> Iterator[None]:
        """Call something if the block is not left by a deadline.

        Parameters
        ----------
        deadline : float
            Time of the monotonic clock.
        end : callable
            What to call, on another thread. It must not raise.
        """
        number = self._set(deadline, end)
        try:
            yield
        finally:
            with self._changed:
                self._ends.pop(number, None)

    def _set(self, deadline: float, end: Callable[[], None]) -> int:
        with self._changed:
            number = next(self._numbers)
            self._ends[number] = end
            heappush(self._alarms, (deadline, number))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._alarms[0][1] == number:
                self._changed.notify()
            return number

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._alarms or self._alarms[0][0] > time.monotonic():
                    self._changed.wait(self._alarms[0][0] - time.monotonic() if self._alarms else None)
                end = self._ends.pop(heappop(self._alarms)[1], None)
            if end is not None:
                end()
