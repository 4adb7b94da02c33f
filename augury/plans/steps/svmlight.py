"""Fields become a sparse vector of ids and numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from augury.plans.items import Item, items_of
from augury.plans.step import Operation, Slots, Step
from augury.plans.values import number_of

type Entries = Callable[[Any], list[tuple[int, float]]]


class Svmlight(Step):
    """The ids of what the fields hold, each with its number, by ascending id; what has no id is left out.

    Parameters
    ----------
    fields : tuple of str
        Fields that are read.
    output : str
        Field that receives the list of pairs.
    ids : dict of str to int
        Id of each feature, by its name.
    """

    kind: Literal["svmlight"] = "svmlight"
    fields: tuple[str, ...]
    output: str
    ids: dict[str, int]

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields."""
        return self.fields

    @property
    def writes(self) -> tuple[str, ...]:
        """The field that receives the list."""
        return (self.output,)

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the list."""
        sources = [(slot, entries_function(field, self.ids)) for slot, field in zip(read, self.fields, strict=True)]
        (target,) = write

        def svmlight(slots: Slots) -> None:
            slots[target] = sorted_entries([entries(slots[source]) for source, entries in sources])

        return svmlight


def features_of(field: str, value: Any) -> list[Item]:
    """Return the names of the features that a field's value has, each with its number.

    Examples
    --------
    >>> features_of("f", 2.5), features_of("f", "red"), features_of("f", ["a", "b"]), features_of("f", {"a": 3})
    ([('f', 2.5)], [('f_red', 1.0)], [('f_a', 1.0), ('f_b', 1.0)], [('f_a', 3.0)])
    """
    if type(value) in (int, float, bool):
        number = number_of(value)
        return [(field, number)] if number == number else []
    return [(f"{field}_{item}", weight) for item, weight in items_of(value)]


def entries_function(field: str, ids: Mapping[str, int]) -> Entries:
    """Return the function from a field's value to its ids and numbers."""

    def entries(value: Any) -> list[tuple[int, float]]:
        return [(ids[name], weight) for name, weight in features_of(field, value) if name in ids]

    return entries


def sorted_entries(parts: Sequence[Sequence[tuple[int, float]]]) -> list[tuple[int, float]]:
    """Return the entries of several fields by ascending id, each id once: the last number counts."""
    return sorted({identity: weight for part in parts for identity, weight in part}.items())
