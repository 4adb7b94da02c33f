"""Web origins: the pages that may read answers to a js key."""

from __future__ import annotations

import re
from collections.abc import Sequence

# RFC 6454, section 6.2: scheme, host and port, as browsers send it in ``Origin``: lower case, no path, no default port.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:(?P<port>[1-9][0-9]{0,4}))?"
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}

MAX_ORIGINS = 100
"""Most origins of one key, so that a look-up stays small."""


def check_origins(origins: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return origins as browsers send them, or None where any may.

    An origin is advice to browsers: who is no browser can claim any.

    Raises
    ------
    ValueError
        There are too many, or something is none; the message names it.

    Examples
    --------
    >>> check_origins(["https://shop.example", "http://localhost:8000"])
    ('https://shop.example', 'http://localhost:8000')
    >>> check_origins(["https://shop.example/"])
    Traceback (most recent call last):
    ...
    ValueError: origin 'https://shop.example/' must be like https://shop.example, lower case, without a path or the \
default port
    """
    if origins is None:
        return None
    if len(origins) > MAX_ORIGINS:
        raise ValueError(f"a js key has at most {MAX_ORIGINS} origins, not {len(origins)}")
    for origin in origins:
        match = _ORIGIN.fullmatch(origin)
        if match is None or match["port"] == _DEFAULT_PORTS[match["scheme"]]:
            raise ValueError(
                f"origin {origin!r} must be like https://shop.example, lower case, without a path or the default port"
            )
    return tuple(dict.fromkeys(origins))
