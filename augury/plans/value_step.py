"""Steps that make one value of one value, by a function that knows nothing else."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

from augury.plans.step import Operation, RenamingStep, Slots

type ValueFunction = Callable[[Any], Any]


class ValueStep(RenamingStep):
    """Base of the steps of one value, whose output may be the field that they read.

    The fitted transform gives a column the same function, once per distinct value: so the two cannot differ.
    """

    @abstractmethod
    def function(self) -> ValueFunction:
        """Return the function: JSON value, None or NaN in; result out."""

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the function's result."""
        (source,), (target,) = read, write
        function = self.function()

        def apply(slots: Slots) -> None:
            slots[target] = function(slots[source])

        return apply
