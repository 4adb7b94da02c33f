"""The prediction log, sent by a thread of its own."""

from __future__ import annotations

import time
from threading import Event, Thread

from augury.serving.log_queue import LogQueue
from augury.serving.prediction_log import Failed, Served

EVERY_S = 1.0
"""Seconds between two flushes, unless others are given: a process that is killed loses what was logged since."""

_FLUSH_S = 5.0


class BackgroundLog:
    """Sends what waits every second, and at once when it fills a call of the stream.

    Parameters
    ----------
    queue : LogQueue
        Where lines wait.
    every_s : float
        Seconds between two flushes; :data:`EVERY_S` unless given.
    """

    def __init__(self, queue: LogQueue, every_s: float = EVERY_S) -> None:
        self._queue = queue
        self._every_s = every_s
        self._is_due = Event()
        self._is_closing = False
        self._thread = Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def served(self, served: Served) -> None:
        """Take the lines of one answer."""
        self._queue.served(served)
        self._hurry()

    def failed(self, failed: Failed) -> None:
        """Take the line of one call that failed."""
        self._queue.failed(failed)
        self._hurry()

    def flush(self, within_s: float) -> bool:
        """Send what waits now; return whether nothing waits any more."""
        return self._queue.flush(within_s)

    def close(self, within_s: float) -> bool:
        """Send what waits and end the thread; what is then left is lost, and told."""
        end = time.monotonic() + within_s
        self._is_closing = True
        self._is_due.set()
        is_sent = self._queue.close(within_s)
        self._thread.join(max(0.0, end - time.monotonic()))
        return is_sent

    def _hurry(self) -> None:
        if self._queue.is_due:
            self._is_due.set()

    def _run(self) -> None:
        while not self._is_closing:
            self._is_due.wait(self._every_s)
            self._is_due.clear()
            self._queue.flush(_FLUSH_S)
