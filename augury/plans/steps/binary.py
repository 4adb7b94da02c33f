"""Whether a field has a value."""

from __future__ import annotations

from typing import Any, Literal

from augury.plans.value_step import ValueFunction, ValueStep
from augury.plans.values import number_of


class Binary(ValueStep):
    """1 where the field is neither null, ``""``, ``"0"``, 0 nor false, else 0."""

    kind: Literal["binary"] = "binary"

    def function(self) -> ValueFunction:
        """Return :func:`has_value`."""
        return has_value


def has_value(value: Any) -> int:
    """Return 1 for a value that says something, else 0.

    Examples
    --------
    >>> [has_value(value) for value in ("no", [], 0.5, None, "", "0", 0.0, False)]
    [1, 1, 1, 0, 0, 0, 0, 0]
    """
    if type(value) in (int, float, bool):
        number = number_of(value)
        return int(number == number and number != 0.0)
    return int(value is not None and value not in ("", "0"))
