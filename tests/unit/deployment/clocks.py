"""A clock that a test steps: nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Moves on by what is slept; ``meanwhile`` is called with the seconds each time."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.meanwhile: Callable[[float], None] = lambda seconds: None
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)
        self.meanwhile(seconds)
