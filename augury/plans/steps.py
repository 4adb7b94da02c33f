"""The typed steps of a plan: what each reads and writes, and the closure that it becomes.

A step is data. Compiling it wraps the reader of the field that it reads, so that a compiled plan is a composition of
closures and holds no table of intermediate values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat, model_validator
from pydantic import Field as Constraint

from augury.plans.values import MAX_FEATURE, MISSING, feature_range, number_of, text_of

type Record = Mapping[str, Any]
type Reader = Callable[[Record], Any]
type Scalar = bool | int | FiniteFloat | str

UNSEEN_ID = -1
"""Id of a value that was not learned."""


class Step(BaseModel):
    """Base of all steps of one field."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    field: str

    @property
    def reads(self) -> str:
        """Name of the field that the step reads."""
        return self.field

    @property
    def writes(self) -> str:
        """Name of the field that the step gives a value; the field that it reads, unless a step says otherwise."""
        return self.field

    def compile(self, read: Reader) -> Reader:
        """Return the reader of what the step writes, given the reader of what it reads."""
        raise NotImplementedError


class Blank(Step):
    """Certain values count as missing. Text equals text, numbers numbers, and booleans only booleans."""

    kind: Literal["blank"] = "blank"
    values: tuple[Scalar, ...]

    def compile(self, read: Reader) -> Reader:
        """Return a reader that gives None for the listed values."""
        is_ignored = among(self.values)

        def blank(record: Record) -> Any:
            value = read(record)
            return None if is_ignored(value) else value

        return blank


class Boolean(Step):
    """Text, numbers and booleans become numbers by a table of lower-case texts; all else is missing."""

    kind: Literal["boolean"] = "boolean"
    values: dict[str, FiniteFloat]

    def compile(self, read: Reader) -> Reader:
        """Return a reader that gives a float, NaN for what is not in the table."""
        values = self.values

        def boolean(record: Record) -> float:
            text = text_of(read(record))
            return MISSING if text is None else values.get(text.lower(), MISSING)

        return boolean


class Scale(Step):
    """Standardise a number: subtract the mean, divide by the scale. A missing number is the mean, 0.0.

    The result is held to the range of a vector's numbers: differences of huge numbers overflow even float64.

    Parameters
    ----------
    mean, scale : float
        Fitted moments; the scale is not 0.
    minimum, maximum : float, optional
        Limits that the number is held to before it is scaled.
    """

    kind: Literal["scale"] = "scale"
    mean: FiniteFloat
    scale: Annotated[FiniteFloat, Constraint(gt=0)]
    minimum: FiniteFloat | None = None
    maximum: FiniteFloat | None = None

    def compile(self, read: Reader) -> Reader:
        """Return a reader that gives the scaled number."""
        limited = read if self.minimum is None or self.maximum is None else _limited(read, self.minimum, self.maximum)
        mean, scale = self.mean, self.scale

        def scaled(record: Record) -> float:
            number = number_of(limited(record))
            if number != number:
                return 0.0
            quotient = (number - mean) / scale
            return quotient if -MAX_FEATURE <= quotient <= MAX_FEATURE else feature_range(quotient)

        return scaled

    def unscaled(self, scaled: float) -> float:
        """Return the number whose scaled value is the given one, but for rounding."""
        return scaled * self.scale + self.mean


def _limited(read: Reader, minimum: float, maximum: float) -> Reader:
    def limited(record: Record) -> float:
        number = number_of(read(record))
        return minimum if number < minimum else maximum if number > maximum else number

    return limited


class Category(Step):
    """Text, numbers and booleans become the name of a learned category, by a table of normalised texts.

    Null and ``""`` are the category of missing values; what is not in the table has no category (None).
    """

    kind: Literal["category"] = "category"
    values: dict[str, str]
    missing: str

    def compile(self, read: Reader) -> Reader:
        """Return a reader that gives the category's name, or None."""
        values, missing = self.values, self.missing

        def category(record: Record) -> str | None:
            text = text_of(read(record))
            return values.get(normalised(text)) if text else missing

        return category


class FeatureId(Step):
    """Learned values become consecutive ids; every other value is -1."""

    kind: Literal["feature_id"] = "feature_id"
    output: str
    values: tuple[str, ...]
    first_id: int

    @model_validator(mode="after")
    def _values_are_distinct(self) -> FeatureId:
        if len(set(self.values)) != len(self.values):
            raise ValueError("a value has two ids")
        return self

    @property
    def writes(self) -> str:
        """Name of the field that receives the id."""
        return self.output

    @property
    def ids(self) -> dict[str, int]:
        """Id of each learned value."""
        return {value: number for number, value in enumerate(self.values, self.first_id)}

    def compile(self, read: Reader) -> Reader:
        """Return a reader that gives the id."""
        ids = self.ids

        def feature_id(record: Record) -> int:
            text = text_of(read(record))
            return UNSEEN_ID if text is None else ids.get(text, UNSEEN_ID)

        return feature_id


type AnyStep = Annotated[Blank | Boolean | Scale | Category | FeatureId, Constraint(discriminator="kind")]


def among(values: Iterable[Scalar]) -> Callable[[Any], bool]:
    """Return a test for being one of some scalars, which tells True from 1, but not 1 from 1.0.

    Examples
    --------
    >>> is_ignored = among([-1, "n/a"])
    >>> is_ignored(-1.0), is_ignored("n/a"), is_ignored("-1"), is_ignored([-1])
    (True, True, False, False)
    """
    known = frozenset((type(value) is bool, value) for value in values)

    def is_among(value: Any) -> bool:
        return type(value) not in (list, dict) and (type(value) is bool, value) in known

    return is_among


def normalised(text: str) -> str:
    """Return a category's text in lower case, with underscores for spaces.

    Examples
    --------
    >>> normalised("New York")
    'new_york'
    """
    return text.lower().replace(" ", "_")
