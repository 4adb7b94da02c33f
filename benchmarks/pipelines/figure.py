"""One measured figure, and how contestants are timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table.

    Parameters
    ----------
    what : str
        What was measured.
    figure : str
        How much it was.
    asked : str
        What is asked of it; empty for what it is compared with.
    held : bool, optional
        Whether it does what is asked.
    """

    what: str
    figure: str
    asked: str = ""
    held: bool | None = None


def in_turn(contestants: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    """Return how long each contestant took in each round, in seconds."""
    durations: list[list[float]] = [[] for _ in contestants]
    for _ in range(rounds):
        for contestant, measured in zip(contestants, durations, strict=True):
            began = time.perf_counter()
            contestant()
            measured.append(time.perf_counter() - began)
    return durations


def timed[Item](act: Callable[[Item], object], items: Sequence[Item]) -> Iterator[float]:
    """Yield how long it takes to act on each item, in microseconds."""
    for item in items:
        began = time.perf_counter_ns()
        act(item)
        yield (time.perf_counter_ns() - began) / 1000


def medians(durations: Sequence[Sequence[float]]) -> list[float]:
    """Return the median of each contestant."""
    return [statistics.median(each) for each in durations]
