"""Text becomes the name of a learned category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from augury.plans.step import FieldStep, Operation, Slots
from augury.plans.values import text_of


class Category(FieldStep):
    """Text, numbers and booleans become the name of a learned category, by a table of normalised texts.

    Null and ``""`` are the category of missing values; what is not in the table has no category (None).
    """

    kind: Literal["category"] = "category"
    values: dict[str, str]
    missing: str

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes the category's name, or None."""
        (source,), (target,) = read, write
        values, missing = self.values, self.missing

        def category(slots: Slots) -> None:
            value = slots[source]
            text = value if type(value) is str else text_of(value)
            slots[target] = values.get(normalised(text)) if text else missing

        return category


def normalised(text: str) -> str:
    """Return a category's text in lower case, with underscores for spaces.

    Examples
    --------
    >>> normalised("New York")
    'new_york'
    """
    return text.lower().replace(" ", "_")
