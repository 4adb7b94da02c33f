"""The numbers of an object become columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.values import feature_range, number_of


class Entries(FieldStep):
    """Write the numbers of an object, or of a list of pairs of key and number, into a column per learned key.

    A column without a number is 0.0, and all are where the field holds something else.

    Parameters
    ----------
    keys : tuple of str or int
        Distinct keys.
    outputs : tuple of str
        Distinct fields, one per key.
    """

    kind: Literal["entries"] = "entries"
    initial: ClassVar[float] = 0.0
    gives_features: ClassVar[bool] = True
    gives_missing: ClassVar[bool] = False
    keys: tuple[str | int, ...]
    outputs: tuple[str, ...]

    @model_validator(mode="after")
    def _keys_are_distinct(self) -> Self:
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("a key has two columns")
        if len(self.outputs) != len(self.keys):
            raise ValueError("there must be one output per key")
        return self

    @property
    def writes(self) -> tuple[str, ...]:
        """The columns."""
        return self.outputs

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the numbers that are there."""
        (source,) = read
        columns = dict(zip(self.keys, write, strict=True))

        def enter(slots: Slots) -> None:
            for key, number in numeric_entries(slots[source]):
                if key in columns:
                    slots[columns[key]] = number

        return enter


def numeric_entries(value: Any) -> Iterable[tuple[str | int, float]]:
    """Return the keys of an object, or of a list of pairs, that have a number, with the number as a feature.

    Examples
    --------
    >>> list(numeric_entries({"a": 2, "b": "x"})), list(numeric_entries([[7, 0.5], "alien"])), list(numeric_entries(3))
    ([('a', 2.0)], [(7, 0.5)], [])
    """
    if type(value) is dict:
        pairs: Iterable[Any] = value.items()
    else:
        pairs = filter(_is_pair, value) if type(value) is list else ()
    for key, raw in pairs:
        number = number_of(raw)
        if number == number:
            yield key, feature_range(number)


def _is_pair(value: Any) -> bool:
    return type(value) in (list, tuple) and len(value) == 2 and type(value[0]) in (str, int)
