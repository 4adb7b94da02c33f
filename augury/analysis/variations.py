"""How a pipeline's variations did: calls, errors, latency, classes and rewards of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.95
"""Confidence level of the intervals."""

_PERCENTILES = (50, 95, 99)

type Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MeanReward:
    """A mean with the interval that holds the true one in 95% of cases.

    Parameters
    ----------
    rewards : int
        How many predictions have a reward.
    mean : float
        Of their rewards.
    low, high : float or None
        Ends of the interval; None where one reward does not tell.
    method : str
        ``wilson`` where every reward is 0 or 1, else ``t``.
    """

    rewards: int
    mean: float
    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True, slots=True)
class VariationFigures:
    """What the logs say of one variation.

    Parameters
    ----------
    variation : str
        Its label.
    shadow : bool
        Whether these are the calls that it was only shown.
    calls : int
        Requests that it was asked, failed ones included.
    rows : int
        Rows that it answered.
    errors, refused : int
        Calls that failed by its fault or a target's (5xx), and by their data's (4xx).
    latency_ms : dict
        Percentiles ``p50``, ``p95`` and ``p99`` over answered calls; empty where there is none.
    classes : dict
        How often each class was the most probable, most frequent first; empty for a regression.
    reward : MeanReward or None
        None where there is no reward.
    """

    variation: str
    shadow: bool
    calls: int
    rows: int
    errors: int
    refused: int
    latency_ms: dict[str, float]
    classes: dict[str, int]
    reward: MeanReward | None

    def as_json(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return asdict(self)


def variation_figures(pipeline: str, predictions: Iterable[Line], feedback: Iterable[Line]) -> list[VariationFigures]:
    """Return the figures of a pipeline's variations, by label; shadows come after those that answer.

    A reward counts once for each call that has its puid. Of several rewards of a puid the one received last counts.
    Shadows have no reward: what it rewards is the answer, which was another's.

    Parameters
    ----------
    pipeline : str
        Name of the pipeline; lines of others are left out.
    predictions : iterable of mapping
        Lines of one client's prediction log.
    feedback : iterable of mapping
        That client's feedback.
    """
    tallies: dict[tuple[bool, str], _Tally] = {}
    for line in predictions:
        if line["pipeline"] == pipeline:
            tallies.setdefault((line["shadow"], line["variation"]), _Tally()).add(line)
    rewards = _rewards(feedback)
    return [tally.figures(label, rewards, shadow=shadow) for (shadow, label), tally in sorted(tallies.items())]


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    errors: int = 0
    refused: int = 0
    puids: list[str] = field(default_factory=list)
    latencies_ms: list[float] = field(default_factory=list)
    classes: Counter[str] = field(default_factory=Counter)

    def add(self, line: Line) -> None:
        error = line.get("error")
        if error is not None:
            self.errors += error["status"] >= 500
            self.refused += error["status"] < 500
            return
        self.rows += 1
        if line["row"] == 0:  # each of a request's rows carries the latency of the whole
            self.puids.append(line["puid"])
            self.latencies_ms.append(line["latency_ms"])
        best: Line = max(line["predictions"], key=lambda one: one["prediction"], default={})
        if best.get("predictedClass") is not None:
            self.classes[best["predictedClass"]] += 1

    def figures(self, label: str, rewards: Mapping[str, float], *, shadow: bool) -> VariationFigures:
        told = [] if shadow else [rewards[puid] for puid in self.puids if puid in rewards]
        return VariationFigures(
            variation=label,
            shadow=shadow,
            calls=len(self.puids) + self.errors + self.refused,
            rows=self.rows,
            errors=self.errors,
            refused=self.refused,
            latency_ms=_percentiles(self.latencies_ms),
            classes=dict(self.classes.most_common()),
            reward=mean_reward(told) if told else None,
        )


def mean_reward(rewards: list[float]) -> MeanReward:
    """Return the mean of rewards, at least one, with its 95% interval.

    Where all are 0 or 1 it is Wilson's score interval, which holds for few rewards and for rates near 0 or 1; else
    Student's t interval, which needs two.

    References
    ----------
    Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 16 (2), 2001.

    Examples
    --------
    >>> mean_reward([1, 1, 0, 1])
    MeanReward(rewards=4, mean=0.75, low=0.3006418..., high=0.9544127..., method='wilson')
    """
    count, mean = len(rewards), float(np.mean(rewards))
    if set(rewards) <= {0, 1}:
        interval = stats.binomtest(int(sum(rewards)), count).proportion_ci(LEVEL, method="wilson")
        return MeanReward(count, mean, float(interval.low), float(interval.high), "wilson")
    if count == 1:
        return MeanReward(count, mean, None, None, "t")
    half = float(stats.t.ppf((1 + LEVEL) / 2, count - 1) * np.std(rewards, ddof=1)) / sqrt(count)
    return MeanReward(count, mean, mean - half, mean + half, "t")


def _rewards(feedback: Iterable[Line]) -> dict[str, float]:
    latest: dict[str, tuple[str, float]] = {}
    for line in feedback:
        puid, told = line["puid"], (line["_received_at"], line["reward"])
        if told[1] is not None and (puid not in latest or told[0] >= latest[puid][0]):
            latest[puid] = told
    return {puid: reward for puid, (_, reward) in latest.items()}


def _percentiles(values_ms: list[float]) -> dict[str, float]:
    if not values_ms:
        return {}
    found = np.percentile(values_ms, _PERCENTILES)
    return {f"p{share}": round(float(value), 3) for share, value in zip(_PERCENTILES, found, strict=True)}
