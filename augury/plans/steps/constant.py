"""The same value for every record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import FiniteFloat

from augury.plans.step import Operation, Slots, Step


class Constant(Step):
    """A field that has one value: what a transform makes of a column that was not there to learn from.

    Parameters
    ----------
    output : str
        The field.
    value : number, text, list or None
        Its value; None for null.
    """

    kind: Literal["constant"] = "constant"
    output: str
    value: int | FiniteFloat | str | list[str] | dict[str, FiniteFloat] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def writes(self) -> tuple[str, ...]:
        """The field."""
        return (self.output,)

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:  # noqa: ARG002
        """Return an operation that writes the value."""
        (target,) = write
        value = self.value

        def constant(slots: Slots) -> None:
            slots[target] = value

        return constant
