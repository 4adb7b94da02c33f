"""Many values of a metric as few, for one document."""

from __future__ import annotations

from collections import Counter
from typing import Any

MAX_VALUES = 100
"""Most different values of one metric in one document (embedded metric format, "Target members")."""


class Distribution:
    """Values rounded to two significant digits, or to one where they are too many, with how often each came.

    Percentiles of it are within 5% of those of the values, as a rule; count, sum and extremes are exact.

    Examples
    --------
    >>> times = Distribution()
    >>> for time in (0.251, 0.249, 12.0):
    ...     times.add(time)
    >>> times.as_json()
    {'Values': [0.25, 12.0], 'Counts': [2, 1], 'Min': 0.249, 'Max': 12.0, 'Sum': 12.5, 'Count': 3}
    """

    def __init__(self) -> None:
        self._counts: Counter[float] = Counter()
        self._sum = 0.0
        self._min = float("inf")
        self._max = float("-inf")

    def add(self, value: float) -> None:
        """Take one value."""
        self._counts[float(f"{value:.2g}")] += 1
        self._sum += value
        self._min = min(self._min, value)
        self._max = max(self._max, value)

    def as_json(self) -> dict[str, Any]:
        """Return it as CloudWatch's agent writes histograms; it is empty of nothing."""
        counts = self._counts if len(self._counts) <= MAX_VALUES else _coarser(self._counts)
        return {
            "Values": list(counts),
            "Counts": list(counts.values()),
            "Min": self._min,
            "Max": self._max,
            "Sum": self._sum,
            "Count": counts.total(),
        }


def _coarser(counts: Counter[float]) -> Counter[float]:
    coarse: Counter[float] = Counter()
    for value, count in counts.items():
        coarse[float(f"{value:.1g}")] += count
    return coarse
