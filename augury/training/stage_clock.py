"""The stages of a training: announced as they go on, and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Parameters
    ----------
    stage : str
        What is being done: ``"tune"``, ``"cross-validate"``, ``"fit"``, ``"compile"``, ``"explain"``, ``"report"`` or
        ``"save"``.
    done, total : int
        Units of the stage that are done, and all of them.
    """

    stage: str
    done: int
    total: int


class StageClock:
    """Tells how far a training is, and remembers how long each stage took.

    Parameters
    ----------
    progress : callable
        Called with a :class:`Progress` as the work goes on.
    clock : callable, optional
        Returns the time in seconds.

    Attributes
    ----------
    seconds : dict of str to float
        Duration of each finished stage, in order.

    Examples
    --------
    >>> ticks = iter([10.0, 12.5])
    >>> stages = StageClock(print, lambda: next(ticks))
    >>> with stages.stage("fit"):
    ...     pass
    Progress(stage='fit', done=1, total=1)
    >>> stages.seconds
    {'fit': 2.5}
    """

    def __init__(self, progress: Callable[[Progress], None], clock: Callable[[], float] = time.perf_counter) -> None:
        self._progress = progress
        self._clock = clock
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Time a stage; it is given a function to say how many units of how many are done, if it has units."""
        began = self._clock()
        told = False

        def tell(done: int, total: int) -> None:
            nonlocal told
            told = True
            self._progress(Progress(name, done, total))

        yield tell
        if not told:
            tell(1, 1)
        self.seconds[name] = self._clock() - began
