"""Hour, month, day of the week and year of a date."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.values import MISSING

type Part = Literal["hour", "month", "day_of_week", "year"]

MISSING_PART = "nan"
"""What stands for the number of a missing date's part in its name."""


class Cycle(NamedTuple):
    """A part that comes round again, as columns: its name, and the sine and cosine of its place in the cycle."""

    suffixes: tuple[str, str, str]
    letter: str
    length: int

    def values(self, number: int | None) -> tuple[str, float, float]:
        """Return the three columns' values for a part's number; None where there is no date.

        Examples
        --------
        >>> CYCLES["hour"].values(6)[:2], CYCLES["hour"].values(None)
        (('h6', 1.0), ('hnan', nan, nan))
        """
        if number is None:
            return f"{self.letter}{MISSING_PART}", MISSING, MISSING
        angle = number / self.length * 2 * math.pi
        return f"{self.letter}{number}", math.sin(angle), math.cos(angle)


CYCLES: dict[str, Cycle] = {
    "hour": Cycle(("hour", "h1", "h2"), "h", 24),
    "month": Cycle(("month", "m1", "m2"), "m", 12),
    "day_of_week": Cycle(("w", "w1", "w2"), "w", 7),
}
"""Parts that come round again. Days of the week count from Monday, 0."""


def part_names(field: str, part: Part) -> tuple[str, ...]:
    """Return the fields that a part of a date is written to.

    Examples
    --------
    >>> part_names("at", "hour"), part_names("at", "year")
    (('at_hour', 'at_h1', 'at_h2'), ('at_year',))
    """
    suffixes = CYCLES[part].suffixes if part in CYCLES else ("year",)
    return tuple(f"{field}_{suffix}" for suffix in suffixes)


def year_name(number: int | None) -> str:
    """Return a year as a category.

    Examples
    --------
    >>> year_name(2026), year_name(None)
    ('y2026', 'ynan')
    """
    return f"y{MISSING_PART if number is None else number}"


class DateParts(FieldStep):
    """A wall time becomes its parts, each as a category and, if it comes round again, as a point on a circle."""

    kind: Literal["date_parts"] = "date_parts"
    parts: tuple[Part, ...]

    @property
    def writes(self) -> tuple[str, ...]:
        """The parts' fields."""
        return tuple(name for part in self.parts for name in part_names(self.field, part))

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes all parts."""
        (source,) = read
        targets, parts = tuple(write), self.parts
        cycles = {part: [CYCLES[part].values(number) for number in range(_limit(part))] for part in CYCLES}
        missing = {part: CYCLES[part].values(None) for part in CYCLES}

        def date_parts(slots: Slots) -> None:
            moment = slots[source]
            values: list[str | float] = []
            for part in parts:
                number = _number(moment, part)
                if part == "year":
                    values.append(year_name(number))
                else:
                    values += missing[part] if number is None else cycles[part][number]
            for target, value in zip(targets, values, strict=True):
                slots[target] = value

        return date_parts


def _limit(part: str) -> int:
    return CYCLES[part].length + 1


def _number(moment: datetime | None, part: Part) -> int | None:
    if moment is None:
        return None
    if part == "day_of_week":
        return moment.weekday()
    number: int = getattr(moment, part)
    return number
