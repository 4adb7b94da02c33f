"""A number becomes the number of the interval that it lies in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import FiniteFloat, model_validator

from augury.plans.step import Operation, RenamingStep, Slots
from augury.plans.unanswerable import Unanswerable
from augury.plans.values import number_of


class Bins(RenamingStep):
    """Number the interval that a number lies in, from 0.0. A missing number is refused, as scikit-learn does.

    Parameters
    ----------
    edges : tuple of float
        Ascending; each belongs to the interval above it.
    """

    kind: Literal["bins"] = "bins"
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    edges: tuple[FiniteFloat, ...]

    @model_validator(mode="after")
    def _edges_ascend(self) -> Self:
        if any(one > other for one, other in pairwise(self.edges)):
            raise ValueError("edges must ascend")
        return self

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the interval's number."""
        (source,), (target,) = read, write
        edges, field = self.edges, self.field

        def number_interval(slots: Slots) -> None:
            number = number_of(slots[source])
            if number != number:
                raise Unanswerable(field, "must be a number")
            slots[target] = float(bisect_right(edges, number))

        return number_interval
