"""The prediction log, sent before the caller has its answer."""

from __future__ import annotations

from augury.serving.log_queue import TRY_S, LogQueue
from augury.serving.prediction_log import Failed, Served
from augury.waiting import before_waiting


class SynchronousLog:
    """Sends the lines of each call at once; what the stream does not take is sent again with the next call's.

    Parameters
    ----------
    queue : LogQueue
        Where lines wait, if they have to.
    """

    def __init__(self, queue: LogQueue) -> None:
        self._queue = queue

    def served(self, served: Served) -> None:
        """Send the lines of one answer."""
        before_waiting()
        self._queue.served(served)
        self._queue.flush(TRY_S)

    def failed(self, failed: Failed) -> None:
        """Send the line of one call that failed."""
        before_waiting()
        self._queue.failed(failed)
        self._queue.flush(TRY_S)

    def flush(self, within_s: float) -> bool:
        """Send what the stream did not take before."""
        return self._queue.flush(within_s)

    def close(self, within_s: float) -> bool:
        """Send what the stream did not take before, and take no more."""
        return self._queue.close(within_s)
