"""The one clock of a soak: it moves when it is stepped, and when something sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

START = datetime(2026, 11, 23, 21, 30, 15, tzinfo=UTC)


class SteppedClock:
    """Wall time and monotonic time that only :meth:`step` moves."""

    def __init__(self, start: datetime = START) -> None:
        self.start = self._now = start

    def __call__(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self.start).total_seconds()

    def step(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def as_datetime_class(self) -> type[datetime]:
        """Return a ``datetime`` whose ``now`` is this clock's, to stand in a module's place of the real one."""
        clock = self

        class SteppedDatetime(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return clock().astimezone(tz)

        return SteppedDatetime
