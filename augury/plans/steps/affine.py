"""A number is shifted and scaled, in scikit-learn's order of operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import FiniteFloat, model_validator

from augury.plans.step import Bound, Operation, RenamingStep, Slots
from augury.plans.values import number_of
from augury.schema import MAX_NUMBER

_UNLIMITED = float("inf")


class Affine(RenamingStep):
    """Subtract, divide, multiply, add, and then hold to limits; a missing number stays missing.

    What scikit-learn's scalers do is this with the operations that they leave out at their neutral value, which changes
    no bit of the result.

    Parameters
    ----------
    subtract, divide, multiply, add : float
        Neutral by default; ``divide`` is not 0.
    minimum, maximum : float, optional
        Limits of the result.
    """

    kind: Literal["affine"] = "affine"
    subtract: FiniteFloat = 0.0
    divide: FiniteFloat = 1.0
    multiply: FiniteFloat = 1.0
    add: FiniteFloat = 0.0
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None

    @model_validator(mode="after")
    def _divides_by_something(self) -> Self:
        if self.divide == 0:
            raise ValueError("a number can't be divided by 0")
        return self

    @classmethod
    def bind_all(cls, bound: Sequence[Bound]) -> list[Operation]:
        """Return one loop over all fields."""
        columns = [(read, write, *step._numbers()) for step, (read,), (write,) in bound]

        def affine(slots: Slots) -> None:
            for source, target, subtract, divide, multiply, add, minimum, maximum in columns:
                number = slots[source]
                if not (type(number) is float and -MAX_NUMBER <= number <= MAX_NUMBER):
                    number = number_of(number)
                number = (number - subtract) / divide * multiply + add
                slots[target] = minimum if number < minimum else maximum if number > maximum else number

        return [affine]

    def _numbers(self) -> tuple[float, ...]:
        minimum = -_UNLIMITED if self.minimum is None else self.minimum
        maximum = _UNLIMITED if self.maximum is None else self.maximum
        return self.subtract, self.divide, self.multiply, self.add, minimum, maximum
