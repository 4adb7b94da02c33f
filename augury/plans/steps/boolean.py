"""What counts as true and as false becomes a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import FiniteFloat

from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.values import MISSING, text_of


class Boolean(FieldStep):
    """Text, numbers and booleans become numbers by a table of lower-case texts; all else is missing."""

    kind: Literal["boolean"] = "boolean"
    values: dict[str, FiniteFloat]

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes a float, NaN for what is not in the table."""
        (source,), (target,) = read, write
        values = self.values

        def boolean(slots: Slots) -> None:
            text = text_of(slots[source])
            slots[target] = MISSING if text is None else values.get(text.lower(), MISSING)

        return boolean
