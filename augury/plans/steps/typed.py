"""A field as a number, or as text."""

from __future__ import annotations

from typing import Literal

from augury.plans.value_step import ValueFunction, ValueStep
from augury.plans.values import number_of, text_of


class AsNumber(ValueStep):
    """The field as a float64, NaN where it is no number."""

    kind: Literal["as_number"] = "as_number"

    def function(self) -> ValueFunction:
        """Return :func:`~augury.plans.number_of`."""
        return number_of


class AsText(ValueStep):
    """The field as text, null where it has none.

    Parameters
    ----------
    missing : str, optional
        What stands for null.
    """

    kind: Literal["as_text"] = "as_text"
    missing: str | None = None

    def function(self) -> ValueFunction:
        """Return :func:`~augury.plans.text_of`, with its None replaced."""
        missing = self.missing
        if missing is None:
            return text_of
        return lambda value: missing if (text := text_of(value)) is None else text
