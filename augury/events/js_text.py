"""Text parameters of the JavaScript routes, typed the same way for events and for predictions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INT64 = range(-(2**63), 2**63)


def typed_text(text: str) -> str | int | float | bool:
    """Return the number or boolean that a text spells exactly, else the text.

    Exactly means that its JSON rendering is the same text: a leading zero, as in a postcode, or a trailing one, as in
    a version, would be lost, and so stays text.

    Examples
    --------
    >>> typed_text("5.1"), typed_text("7"), typed_text("true")
    (5.1, 7, True)
    >>> typed_text("007"), typed_text("1.10"), typed_text("1e5")
    ('007', '1.10', '1e5')
    """
    if text in ("true", "false"):
        return text == "true"
    if not _NUMBER.fullmatch(text) or len(text) > 32:
        return text
    number = float(text) if any(mark in text for mark in ".eE") else int(text)
    if isinstance(number, int):
        return number if number in _INT64 and str(number) == text else text
    return number if orjson.dumps(number).decode() == text else text


def from_parameters(parameters: Iterable[tuple[str, str]], reserved: frozenset[str]) -> dict[str, Any]:
    """Return the object that a page spells with one parameter per field.

    Parameters
    ----------
    parameters : iterable of (str, str)
        Decoded query parameters, in order.
    reserved : frozenset of str
        Names that are about the call and are no fields.

    Raises
    ------
    AuguryError
        ``DUPLICATE_KEY``: a field is given twice.
    """
    fields: dict[str, Any] = {}
    for name, text in parameters:
        if name in reserved:
            continue
        if name in fields:
            raise AuguryError(Kind.DUPLICATE_KEY, [Detail((name,), "give each parameter once")])
        fields[name] = typed_text(text)
    return fields
