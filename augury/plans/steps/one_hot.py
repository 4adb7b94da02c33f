"""One column per category of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import model_validator

from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.values import text_of


class OneHot(FieldStep):
    """1.0 in the column of the field's text, 0.0 in its other columns, and in all of them for every other text.

    Parameters
    ----------
    categories : tuple of str
        Distinct texts.
    outputs : tuple of str
        Distinct fields, one per category.
    """

    kind: Literal["one_hot"] = "one_hot"
    initial: ClassVar[float] = 0.0
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    categories: tuple[str, ...]
    outputs: tuple[str, ...]

    @model_validator(mode="after")
    def _categories_are_distinct(self) -> OneHot:
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category has two columns")
        if len(self.outputs) != len(self.categories):
            raise ValueError("there must be one output per category")
        return self

    @property
    def writes(self) -> tuple[str, ...]:
        """The columns."""
        return self.outputs

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes 1.0 into the text's column."""
        (source,) = read
        columns = dict(zip(self.categories, write, strict=True))

        def one_hot(slots: Slots) -> None:
            value = slots[source]
            text = value if type(value) is str else text_of(value)
            if text in columns:
                slots[columns[text]] = 1.0

        return one_hot
