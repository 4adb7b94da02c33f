"""Rare categories become one."""

from __future__ import annotations

from typing import Any, Literal

from augury.plans.value_step import ValueFunction, ValueStep
from augury.plans.values import text_of


class Group(ValueStep):
    """A value becomes its text where that is among those kept, else the name of the group; null stays null."""

    kind: Literal["group"] = "group"
    kept: tuple[str, ...]
    group: str

    def function(self) -> ValueFunction:
        """Return a function that gives text, or None."""
        kept, group = frozenset(self.kept), self.group

        def grouped(value: Any) -> str | None:
            text = text_of(value)
            return text if text is None or text in kept else group

        return grouped
