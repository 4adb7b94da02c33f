"""From fields to the float vector that an estimator takes: blocks of neighbouring columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Constraint

from augury.plans.steps import Reader, Record
from augury.plans.values import MAX_FEATURE, feature_range, number_of, text_of

type Writer = Callable[[Record, list[float]], None]


class Number(BaseModel):
    """One column: the field as a number, NaN where it is missing."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["number"] = "number"
    field: str

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1

    def compile(self, read: Reader, at: int) -> Writer:
        """Return the writer of this block, whose first column is ``at``."""

        def write(record: Record, vector: list[float]) -> None:
            value = read(record)
            fits = type(value) is float and -MAX_FEATURE <= value <= MAX_FEATURE
            vector[at] = value if fits else feature_range(number_of(value))

        return write


class OneHot(BaseModel):
    """One column per category: 1.0 in the column of the field's text, 0.0 elsewhere and for all other texts."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: Literal["one_hot"] = "one_hot"
    field: str
    categories: tuple[str, ...]

    @model_validator(mode="after")
    def _categories_are_distinct(self) -> OneHot:
        if len(set(self.categories)) != len(self.categories):
            raise ValueError("a category has two columns")
        return self

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.categories)

    def compile(self, read: Reader, at: int) -> Writer:
        """Return the writer of this block, whose first column is ``at``."""
        columns: dict[str | None, int] = {category: at + i for i, category in enumerate(self.categories)}

        def write(record: Record, vector: list[float]) -> None:
            column = columns.get(text_of(read(record)))
            if column is not None:
                vector[column] = 1.0

        return write


type Block = Annotated[Number | OneHot, Constraint(discriminator="kind")]
