"""The prediction log, with the metrics told of what it is told, and lines written when there is time for it."""

from __future__ import annotations

from functools import partial

from augury.serving import Failed, PredictionLog, Served
from functions.predict.after_answers import Put, at_once
from functions.predict.metrics import PredictMetrics


class MeasuredLog:
    """A prediction log whose entries the metrics are told of.

    Parameters
    ----------
    log : PredictionLog
        Takes the entries.
    metrics : PredictMetrics
        Is told of them.
    put : callable, optional
        Takes the work of telling the log; it is done at once unless given.
    """

    def __init__(self, log: PredictionLog, metrics: PredictMetrics, put: Put = at_once) -> None:
        self._log = log
        self._metrics = metrics
        self._put = put

    def served(self, served: Served) -> None:
        """Take one answered request."""
        self._metrics.logged(served)
        self._put(partial(self._log.served, served))

    def failed(self, failed: Failed) -> None:
        """Take one request that a variation did not answer."""
        self._metrics.logged(failed)
        self._put(partial(self._log.failed, failed))

    def flush(self, within_s: float) -> bool:
        """Send what waits."""
        return self._log.flush(within_s)

    def close(self, within_s: float) -> bool:
        """Send what waits, take no more, and write the last metrics."""
        is_sent = self._log.close(within_s)
        self._metrics.flush()
        return is_sent
