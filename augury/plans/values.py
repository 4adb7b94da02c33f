"""How a JSON value is read as a number and as text: the same in a frame's column and in a single record."""

from __future__ import annotations

import math
from typing import Any

from augury.schema import MAX_NUMBER

MISSING = float("nan")
"""A number that is not there. Estimators are given it as it is."""

MAX_FEATURE = 1e38
"""Greatest magnitude of a number in a vector; beyond it a number stands at this limit.

It leaves room below the largest float32, 3.4e38: XGBoost draws its last cut at twice a feature's greatest value, and a
cut at infinity fits no model format.
"""

_NUMERIC = frozenset({float, int, bool})


def number_of(value: Any) -> float:
    """Read a value as a float64.

    Parameters
    ----------
    value : JSON value
        A number, or a boolean, which reads as 1.0 or 0.0.

    Returns
    -------
    float
        NaN for everything else, for NaN and for what no finite float64 holds.

    Examples
    --------
    >>> number_of(3), number_of(True), number_of("3"), number_of(None)
    (3.0, 1.0, nan, nan)
    """
    if type(value) in _NUMERIC and -MAX_NUMBER <= value <= MAX_NUMBER:
        return float(value)
    return MISSING


def float_of(value: Any) -> float:
    """Return a float as it is, an infinite one too; read every other value as :func:`number_of` does.

    Examples
    --------
    >>> float_of(float("inf")), float_of(3), float_of("3")
    (inf, 3.0, nan)
    """
    return value if type(value) is float else number_of(value)


def text_of(value: Any) -> str | None:
    """Read a value as text.

    Numbers are read as float64 and written without a fraction where they have none, because a column of integers with
    one null is a column of floats.

    Parameters
    ----------
    value : JSON value
        Text, a boolean or a number.

    Returns
    -------
    str or None
        None for null, for arrays and objects, and for numbers that are not finite.

    Examples
    --------
    >>> text_of("Köln"), text_of(10), text_of(10.0), text_of(0.5), text_of(True), text_of(None)
    ('Köln', '10', '10', '0.5', 'true', None)
    """
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    number = number_of(value)
    if number != number:
        return None
    return str(int(number)) if number.is_integer() else repr(number)


def is_numeral(text: str) -> bool:
    """Whether a text spells a finite number.

    Examples
    --------
    >>> is_numeral("10"), is_numeral("-1e3"), is_numeral("nan"), is_numeral("ten")
    (True, True, False, False)
    """
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def feature_range(number: float) -> float:
    """Hold a number to the range that a vector's numbers have; NaN stays NaN.

    Examples
    --------
    >>> feature_range(float("inf")), feature_range(-2.0)
    (1e+38, -2.0)
    """
    if -MAX_FEATURE <= number <= MAX_FEATURE or number != number:
        return number
    return MAX_FEATURE if number > 0 else -MAX_FEATURE
