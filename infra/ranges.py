"""What a value of the configuration may be: one sentence that names the field says what is wrong with another."""

from __future__ import annotations

import re
from collections.abc import Iterable


def require_between(field: str, value: int | None, low: int, high: int) -> None:
    """Check a number that AWS has limits for; None stands for not set.

    Raises
    ------
    ValueError
        It is outside them.

    Examples
    --------
    >>> require_between("rotation_days", 30, 1, 1000)
    >>> require_between("rotation_days", 0, 1, 1000)
    Traceback (most recent call last):
    ...
    ValueError: rotation_days is 0, and must be 1 to 1000
    """
    if value is not None and not low <= value <= high:
        raise ValueError(f"{field} is {value}, and must be {low} to {high}")


def require_match(field: str, values: Iterable[str], pattern: str, rule: str) -> None:
    """Check texts against a pattern.

    Raises
    ------
    ValueError
        One of them does not match; the message quotes it and says the rule.

    Examples
    --------
    >>> require_match("name", ["Prod"], r"[a-z]+", "lower-case letters")
    Traceback (most recent call last):
    ...
    ValueError: name has 'Prod', and must be lower-case letters
    """
    for value in values:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"{field} has {value!r}, and must be {rule}")
