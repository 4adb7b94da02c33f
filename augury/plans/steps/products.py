"""Products of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import NonNegativeInt, model_validator

from augury.plans.step import Operation, Slots, Step
from augury.plans.unanswerable import Unanswerable
from augury.plans.values import number_of


class Products(Step):
    """Multiply numbers with each other. A missing number is refused, as scikit-learn does.

    A product is its first factor times the product of the others: the order in which scikit-learn rounds.

    Parameters
    ----------
    fields : tuple of str
        Fields that are multiplied.
    outputs : tuple of str
        Fields that receive the products.
    factors : tuple of tuple of int
        Per product, the positions of its factors in ``fields``; without factors it is 1.0.
    """

    kind: Literal["products"] = "products"
    fields: tuple[str, ...]
    outputs: tuple[str, ...]
    factors: tuple[tuple[NonNegativeInt, ...], ...]

    @model_validator(mode="after")
    def _factors_are_fields(self) -> Self:
        if len(self.factors) != len(self.outputs):
            raise ValueError("there must be one product per output")
        if any(position >= len(self.fields) for product in self.factors for position in product):
            raise ValueError("a factor is no field")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        """The factors."""
        return self.fields

    @property
    def writes(self) -> tuple[str, ...]:
        """The products."""
        return self.outputs

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes all products."""
        sources = list(zip(read, self.fields, strict=True))
        multiplications, finished = _multiplications(self.factors, len(sources))
        targets = list(zip(write, finished, strict=True))

        def multiply(slots: Slots) -> None:
            numbers = [_factor(slots[source], field) for source, field in sources]
            numbers.append(1.0)
            for first, rest in multiplications:
                numbers.append(numbers[first] * numbers[rest])
            for target, position in targets:
                slots[target] = numbers[position]

        return multiply


def _multiplications(products: Sequence[tuple[int, ...]], width: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Return pairs of positions to multiply, each at the end of the list of numbers, and where each product is then."""
    known: dict[tuple[int, ...], int] = {(position,): position for position in range(width)} | {(): width}
    pairs: list[tuple[int, int]] = []
    for product in products:
        for start in range(len(product) - 2, -1, -1):
            if product[start:] not in known:
                pairs.append((product[start], known[product[start + 1 :]]))
                known[product[start:]] = width + len(pairs)
    return pairs, [known[product] for product in products]


def _factor(value: object, field: str) -> float:
    number = number_of(value)
    if number != number:
        raise Unanswerable(field, "must be a number")
    return number
