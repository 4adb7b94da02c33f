"""A value becomes the number that was learned for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import FiniteFloat, model_validator

from augury.plans.step import Operation, RenamingStep, Scalar, Slots
from augury.plans.unanswerable import Unanswerable
from augury.plans.values import MISSING


class Lookup(RenamingStep):
    """Replace a value by the number beside it in a table. As in Python, 1 equals 1.0 and True, but not ``"1"``.

    Parameters
    ----------
    values : tuple of scalar or None
        Distinct values; None stands for null.
    numbers : tuple of float or None
        Number of each value; None is a missing number.
    unknown : float, "missing" or "refused", default "missing"
        Number of every other value; "refused" refuses the record.
    """

    kind: Literal["lookup"] = "lookup"
    values: tuple[Scalar | None, ...]
    numbers: tuple[FiniteFloat | None, ...]
    unknown: FiniteFloat | Literal["missing", "refused"] = "missing"

    @model_validator(mode="after")
    def _values_are_distinct(self) -> Self:
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value has two numbers")
        if len(self.numbers) != len(self.values):
            raise ValueError("there must be one number per value")
        return self

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the number."""
        (source,), (target,) = read, write
        numbers = [MISSING if number is None else float(number) for number in self.numbers]
        table = dict(zip(self.values, numbers, strict=True))
        unknown = None if self.unknown == "refused" else MISSING if self.unknown == "missing" else float(self.unknown)
        field = self.field

        def look_up(slots: Slots) -> None:
            value = slots[source]
            if value != value:
                value = None
            number = unknown if type(value) in _UNHASHABLE else table.get(value, unknown)
            if number is None:
                raise Unanswerable(field, "is required" if value is None else "has a value that was not learned")
            slots[target] = number

        return look_up


_UNHASHABLE = frozenset({list, dict})
