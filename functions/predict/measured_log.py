"""The prediction log, with the metrics told of what it is told."""

from __future__ import annotations

from augury.serving import Failed, PredictionLog, Served
from functions.predict.metrics import PredictMetrics


class MeasuredLog:
    """A prediction log whose entries the metrics are told of.

    Parameters
    ----------
    log : PredictionLog
        Takes the entries.
    metrics : PredictMetrics
        Is told of them.
    """

    def __init__(self, log: PredictionLog, metrics: PredictMetrics) -> None:
        self._log = log
        self._metrics = metrics

    def served(self, served: Served) -> None:
        """Take one answered request."""
        self._metrics.logged(served)
        self._log.served(served)

    def failed(self, failed: Failed) -> None:
        """Take one request that a variation did not answer."""
        self._metrics.logged(failed)
        self._log.failed(failed)

    def flush(self, within_s: float) -> bool:
        """Send what waits."""
        return self._log.flush(within_s)

    def close(self, within_s: float) -> bool:
        """Send what waits, take no more, and write the last metrics."""
        is_sent = self._log.close(within_s)
        self._metrics.flush()
        return is_sent
