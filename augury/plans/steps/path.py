"""A value inside an object."""

from __future__ import annotations

from typing import Any, Literal

from augury.plans.value_step import ValueFunction, ValueStep


class Path(ValueStep):
    """What an object holds under a key, and what that holds under the next; null where a key or an object lacks.

    Parameters
    ----------
    keys : tuple of str
        Keys from the outermost object inwards.
    """

    kind: Literal["path"] = "path"
    keys: tuple[str, ...]

    def function(self) -> ValueFunction:
        """Return a function that walks the keys."""
        keys = self.keys

        def follow(value: Any) -> Any:
            for key in keys:
                if type(value) is not dict:
                    return None
                value = value.get(key)
            return value

        return follow
