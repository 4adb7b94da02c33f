"""A value of a frame as JSON would carry it, arrays and objects to their depths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from augury.schema import MAX_NUMBER

_LEAST_INTEGER, _GREATEST_INTEGER = -(2**63), 2**64 - 1
"""Integers that JSON parsers keep; they read others as float64."""


def json_value(value: Any) -> Any:
    """Return a value as JSON would carry it: None for null and for numbers that are not finite.

    Raises
    ------
    NoJsonForm
        JSON has no form for the value, or for one inside it.

    Examples
    --------
    >>> json_value((1, float("nan"), date(2026, 11, 23), {2: np.float32(0.5)}))
    [1, None, '2026-11-23', {'2': 0.5}]
    """
    form = _FORMS.get(type(value)) or _form_of_base(value)
    return form(value)


class NoJsonForm(TypeError):
    """A value that JSON has no form for; the message is the name of its type."""


def _form_of_base(value: Any) -> Callable[[Any], Any]:
    for kind, form in _FORMS.items():
        if isinstance(value, kind):
            return form
    raise NoJsonForm(type(value).__name__)


def _null(_: Any) -> None:
    return None


def _same(value: Any) -> Any:
    return value


def _finite(value: float) -> float | None:
    return value if -MAX_NUMBER <= value <= MAX_NUMBER else None


def _integer(value: int) -> float | None:
    if _LEAST_INTEGER <= value <= _GREATEST_INTEGER:
        return value
    return float(value) if -MAX_NUMBER <= value <= MAX_NUMBER else None


def _array(values: Any) -> list[Any]:
    return [json_value(value) for value in values]


def _object(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): json_value(value) for key, value in values.items()}


_FORMS: dict[type, Callable[[Any], Any]] = {
    type(None): _null,
    type(pd.NaT): _null,
    type(pd.NA): _null,
    bool: _same,
    str: str,
    float: _finite,
    int: _integer,
    Decimal: lambda value: _finite(float(value)),
    list: _array,
    dict: _object,
    tuple: _array,
    np.ndarray: lambda value: json_value(value.tolist()),
    np.generic: lambda value: json_value(value.item()),
    date: lambda value: value.isoformat(),
}
"""How values of each type are carried; a subclass is as the first of these types that it is of."""
