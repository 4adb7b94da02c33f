"""Text becomes the number of a learned category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from augury.plans.step import Operation, RenamingStep, Slots
from augury.plans.values import MISSING, text_of


class Code(RenamingStep):
    """Number text, numbers and booleans by their place among learned categories, from 0.0; all else is missing."""

    kind: Literal["code"] = "code"
    gives_features: ClassVar[bool] = True
    categories: tuple[str, ...]

    @model_validator(mode="after")
    def _categories_are_distinct(self) -> Self:
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category has two codes")
        return self

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the code."""
        (source,), (target,) = read, write
        codes: dict[str | None, float] = {text: float(code) for code, text in enumerate(self.categories)}

        def code(slots: Slots) -> None:
            slots[target] = codes.get(text_of(slots[source]), MISSING)

        return code
