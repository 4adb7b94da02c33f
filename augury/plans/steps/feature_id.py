"""Learned values become consecutive ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator

from augury.plans.step import Operation, RenamingStep, Slots
from augury.plans.values import text_of

UNSEEN_ID = -1
"""Id of a value that was not learned."""


class FeatureId(RenamingStep):
    """Learned values become consecutive ids; every other value is -1."""

    kind: Literal["feature_id"] = "feature_id"
    values: tuple[str, ...]
    first_id: int

    @model_validator(mode="after")
    def _values_are_distinct(self) -> FeatureId:
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value has two ids")
        return self

    @property
    def ids(self) -> dict[str, int]:
        """Id of each learned value."""
        return {value: number for number, value in enumerate(self.values, self.first_id)}

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the id."""
        (source,), (target,) = read, write
        ids = self.ids

        def feature_id(slots: Slots) -> None:
            text = text_of(slots[source])
            slots[target] = UNSEEN_ID if text is None else ids.get(text, UNSEEN_ID)

        return feature_id
