"""Arrays and objects become a column per item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import model_validator

from augury.plans.items import items_of
from augury.plans.step import FieldStep, Operation, Slots

type Measure = Literal["multi_hot", "count", "weight"]


class Items(FieldStep):
    """A number per known item of an array or object: 0.0 where it is not there, and unknown items have none.

    Parameters
    ----------
    items : tuple of str
        Distinct items, by :func:`augury.plans.items.items_of`.
    outputs : tuple of str
        Fields that receive their numbers, one each.
    measure : {"multi_hot", "count", "weight"}
        What is written: 1.0 for presence, how often the item is there, or the sum of its weights.
    """

    kind: Literal["items"] = "items"
    initial: ClassVar[float] = 0.0
    items: tuple[str, ...]
    outputs: tuple[str, ...]
    measure: Measure = "multi_hot"

    @model_validator(mode="after")
    def _items_are_distinct(self) -> Items:
        if len(set(self.items)) != len(self.items):
            raise ValueError("an item has two outputs")
        if len(self.outputs) != len(self.items):
            raise ValueError("there must be one output per item")
        return self

    @property
    def writes(self) -> tuple[str, ...]:
        """The items' fields."""
        return self.outputs

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the numbers of the items that are there."""
        (source,) = read
        targets = dict(zip(self.items, write, strict=True))
        adds, weighs = self.measure != "multi_hot", self.measure == "weight"

        def items(slots: Slots) -> None:
            for item, weight in items_of(slots[source]):
                target = targets.get(item)
                if target is not None:
                    amount = weight if weighs else 1.0
                    slots[target] = slots[target] + amount if adds else amount

        return items
