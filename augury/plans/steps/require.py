"""A record must have a field."""

from __future__ import annotations

from typing import Any, Literal

from augury.plans.unanswerable import Unanswerable
from augury.plans.value_step import ValueFunction, ValueStep
from augury.plans.values import text_of


class Require(ValueStep):
    """The field as it is; a record without it is refused, as the fitted transform leaves out such a row.

    The step writes what it reads, so that a plan that has no use for the field does not ask for it.

    Parameters
    ----------
    values : tuple of str, optional
        The only texts that the field may have. By default it may have any value but null.
    """

    kind: Literal["require"] = "require"
    values: tuple[str, ...] | None = None

    def function(self) -> ValueFunction:
        """Return a function that gives back what it is given, or raises :class:`~augury.plans.Unanswerable`."""
        field, known = self.field, None if self.values is None else frozenset(self.values)

        def require(value: Any) -> Any:
            if value is None or value != value:
                raise Unanswerable(field, "is required")
            if known is not None and text_of(value) not in known:
                raise Unanswerable(field, "has a value that the pipeline did not learn")
            return value

        return require
