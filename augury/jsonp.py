"""JSONP: a JSON answer as a call of a function that the page names."""

from __future__ import annotations

import re

from augury.errors import AuguryError, Detail, Kind

MAX_CALLBACK_LENGTH = 128
"""Longest callback name, in characters."""

_IDENTIFIER = r"[A-Za-z_$][A-Za-z0-9_$]*"
_CALLBACK = re.compile(rf"{_IDENTIFIER}(\.{_IDENTIFIER})*")


def checked_callback(name: str) -> str:
    """Return a callback's name if it is a plain dotted JavaScript identifier.

    Raises
    ------
    AuguryError
        ``INVALID_CALLBACK``: anything else could run code of another's choosing in the page.

    Examples
    --------
    >>> checked_callback("app.onEvent")
    'app.onEvent'
    """
    if len(name) > MAX_CALLBACK_LENGTH or not _CALLBACK.fullmatch(name):
        raise AuguryError(Kind.INVALID_CALLBACK, [Detail(("jsonpCallback",), "use letters, digits, _, $ and dots")])
    return name


def wrap(callback: str, body: str) -> str:
    r"""Return a JSON text as a call of a checked callback.

    The leading comment keeps the answer from being read as another format (the "Rosetta Flash" attack), and the two
    separators are legal in JSON but end a line in older JavaScript.

    Examples
    --------
    >>> wrap("f", '{"a":1}')
    '/**/f({"a":1});'
    """
    safe = body.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"/**/{callback}({safe});"
