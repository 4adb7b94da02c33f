"""A position becomes a one in the column at that position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from augury.plans.step import FieldStep, Operation, Slots


class Spread(FieldStep):
    """1.0 in the column at the field's position, 0.0 in its other columns, and in all of them for a missing position.

    Parameters
    ----------
    outputs : tuple of str
        Columns by position, from 0.
    """

    kind: Literal["spread"] = "spread"
    initial: ClassVar[float] = 0.0
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    outputs: tuple[str, ...]

    @property
    def writes(self) -> tuple[str, ...]:
        """The columns."""
        return self.outputs

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the 1.0."""
        (source,) = read
        targets = tuple(write)

        def spread(slots: Slots) -> None:
            position = slots[source]
            if position == position:
                slots[targets[int(position)]] = 1.0

        return spread
