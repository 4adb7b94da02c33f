"""The id of a prediction, ``puid``, as callers may write it."""

from __future__ import annotations

from typing import Any, TypeGuard

MAX_PUID_LENGTH = 128
"""Most characters of a puid."""


def is_puid(value: Any) -> TypeGuard[str]:
    """Tell whether a value can be a puid: a text of 1 to 128 printable characters.

    Examples
    --------
    >>> is_puid("order-17"), is_puid(""), is_puid(17)
    (True, False, False)
    """
    return isinstance(value, str) and 0 < len(value) <= MAX_PUID_LENGTH and value.isprintable()
