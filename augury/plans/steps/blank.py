"""Certain values count as missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from augury.plans.step import FieldStep, Operation, Scalar, Slots


class Blank(FieldStep):
    """Certain values count as missing. Text equals text, numbers numbers, and booleans only booleans."""

    kind: Literal["blank"] = "blank"
    values: tuple[Scalar, ...]

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        """Return an operation that writes None for the listed values."""
        (source,), (target,) = read, write
        is_ignored = among(self.values)

        def blank(slots: Slots) -> None:
            value = slots[source]
            slots[target] = None if is_ignored(value) else value

        return blank


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
