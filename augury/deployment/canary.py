"""How a new version's part of the calls grows, and when it has failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from augury.aws.function_counts import CallCounts
from augury.deployment.clock import Clock
from augury.deployment.failures import CanaryUnhealthy

_LOOK_EVERY_S = 10.0
_FEW_ERRORS = 2  # one failed call may be a caller's bad luck

type Probe = Callable[[datetime], CallCounts]
"""Returns how often the new version was called since a time, and how often that failed."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a new version takes over.

    Parameters
    ----------
    shares : tuple of float
        Parts of the calls that it gets before it gets its whole share, growing; none to take over at once.
    watch_s : float
        Seconds for which each part is watched.
    max_error_rate : float
        Part of its calls that may fail.

    Raises
    ------
    ValueError
        One of them can't be; the message names its option.
    """

    shares: tuple[float, ...] = (0.1, 0.5)
    watch_s: float = 120.0
    max_error_rate: float = 0.01

    def __post_init__(self) -> None:
        if list(self.shares) != sorted(set(self.shares)) or any(not 0 < share < 1 for share in self.shares):
            raise ValueError("--canary takes growing parts of the calls between 0 and 1, such as 0.1,0.5; or none")
        if self.watch_s < 0:
            raise ValueError(f"--watch is {self.watch_s:g}: give seconds, 0 or more")
        if not 0 <= self.max_error_rate < 1:
            raise ValueError(f"--max-errors is {self.max_error_rate:g}: give a part of the calls, below 1")

    def judge(self, counts: CallCounts) -> None:
        """Say whether so many errors are too many.

        Raises
        ------
        CanaryUnhealthy
            They are: two at least, and more than the rate.

        Examples
        --------
        >>> Rollout().judge(CallCounts(calls=1000, errors=9))
        >>> Rollout().judge(CallCounts(calls=1000, errors=11))
        Traceback (most recent call last):
        ...
        augury.deployment.failures.CanaryUnhealthy: 11 of its 1,000 calls failed, more than 1%
        """
        if counts.errors >= _FEW_ERRORS and counts.errors > counts.calls * self.max_error_rate:
            rate = f"{self.max_error_rate * 100:.4g}%"
            raise CanaryUnhealthy(f"{counts.errors:,} of its {counts.calls:,} calls failed, more than {rate}")


def watch(
    probe: Probe, rollout: Rollout, *, for_s: float, clock: Clock, each_time: Callable[[], None] = lambda: None
) -> None:
    """Look for errors until the time is over.

    Parameters
    ----------
    probe : callable
        Counts calls and errors.
    rollout : Rollout
        How many errors are too many.
    for_s : float
        Seconds.
    clock : Clock
        The time.
    each_time : callable
        Called before each look.

    Raises
    ------
    CanaryUnhealthy
        There were too many.
    """
    began = clock.now()
    while True:
        each_time()
        rollout.judge(probe(began))
        left_s = for_s - (clock.now() - began).total_seconds()
        if left_s <= 0:
            return
        clock.sleep(min(_LOOK_EVERY_S, left_s))
