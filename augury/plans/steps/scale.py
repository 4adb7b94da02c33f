"""A number is standardised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, FiniteFloat

from augury.plans.step import Bound, FieldStep, Operation, Slots
from augury.plans.values import MAX_FEATURE, feature_range, number_of
from augury.schema import MAX_NUMBER

_UNLIMITED = float("inf")


class Scale(FieldStep):
    """Standardise a number: subtract the mean, divide by the scale. A missing number is the mean, 0.0.

    The result is held to the range of a vector's numbers: differences of huge numbers overflow even float64.

    Parameters
    ----------
    mean, scale : float
        Fitted moments; the scale is greater than 0.
    minimum, maximum : float, optional
        Limits that the number is held to before it is scaled.
    """

    kind: Literal["scale"] = "scale"
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    mean: FiniteFloat
    scale: Annotated[FiniteFloat, Field(gt=0)]
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None

    @classmethod
    def bind_all(cls, bound: Sequence[Bound]) -> list[Operation]:
        """Return one loop over all fields."""
        columns = [(read, write, *step._moments()) for step, (read,), (write,) in bound]

        def scale_all(slots: Slots) -> None:
            for source, target, mean, scale, minimum, maximum in columns:
                number = slots[source]
                if not (type(number) is float and -MAX_NUMBER <= number <= MAX_NUMBER):
                    number = number_of(number)
                if number < minimum:
                    number = minimum
                elif number > maximum:
                    number = maximum
                quotient = (number - mean) / scale
                if not -MAX_FEATURE <= quotient <= MAX_FEATURE:
                    quotient = _beyond(number, quotient)
                slots[target] = quotient

        return [scale_all]

    def unscaled(self, scaled: float) -> float:
        """Return the number whose scaled value is the given one, but for rounding."""
        return scaled * self.scale + self.mean

    def _moments(self) -> tuple[float, float, float, float]:
        minimum = -_UNLIMITED if self.minimum is None else self.minimum
        maximum = _UNLIMITED if self.maximum is None else self.maximum
        return self.mean, self.scale, minimum, maximum


def _beyond(number: float, quotient: float) -> float:
    """Return what stands for a quotient that is no feature: 0.0 for that of no number, else the nearest limit."""
    return 0.0 if number != number else feature_range(quotient)
