"""What the split counts, as metrics."""

from __future__ import annotations

from augury.split import Fate, SplitResult
from functions.metrics import write_counts

_OBJECTS = {
    Fate.SPLIT: "ObjectsSplit",
    Fate.QUARANTINED: "ObjectsQuarantined",
    Fate.OVERWRITTEN: "ObjectsOverwritten",
    Fate.GONE: "ObjectsGone",
}


class SplitMetrics:
    """Counts of lines and objects, by stage; an object that was settled before counts nowhere.

    Parameters
    ----------
    stage : str
        The stage that the function runs in.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def count(self, result: SplitResult, *, lag_s: float) -> None:
        """Write the counts of one object to the log, and how long after S3 told of it they were there."""
        counts = {
            "LinesSplit": result.counts.split,
            "LinesFailed": result.counts.failed,
            **{name: int(result.fate is fate) for fate, name in _OBJECTS.items()},
        }
        if result.fate is Fate.SPLIT:
            counts["SplitLagSeconds"] = max(0, round(lag_s))
        write_counts(counts, {"stage": self._stage}, {"source": result.source})
