"""Another name for a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from augury.plans.step import Operation, RenamingStep, Slots


class Alias(RenamingStep):
    """A field is known by another name as well. It costs nothing: the plan gives both names one slot."""

    kind: Literal["alias"] = "alias"

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that copies the value, for a name that must have a slot of its own."""
        (source,), (target,) = read, write

        def alias(slots: Slots) -> None:
            slots[target] = slots[source]

        return alias
