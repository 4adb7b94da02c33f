"""The time between two dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from augury.plans.step import Operation, Slots, Step

DAY_US = 86_400_000_000
"""Microseconds in a day."""


class DateDifference(Step):
    """The days from a second wall time to a first one, with their fraction; null where one of them is."""

    kind: Literal["date_difference"] = "date_difference"
    first: str
    second: str
    output: str

    @property
    def reads(self) -> tuple[str, ...]:
        """The two dates."""
        return (self.first, self.second)

    @property
    def writes(self) -> tuple[str, ...]:
        """The field that receives the days."""
        return (self.output,)

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the days."""
        (first, second), (target,) = read, write

        def date_difference(slots: Slots) -> None:
            later, earlier = slots[first], slots[second]
            if later is not None and earlier is not None:
                time = later - earlier
                # Whole days and the rest apart: their sum is rounded once, however long the time.
                slots[target] = time.days + (time.seconds * 1_000_000 + time.microseconds) / DAY_US

        return date_difference
