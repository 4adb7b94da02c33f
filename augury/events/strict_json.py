"""The strict gate through which all JSON from clients comes.

JSON readers disagree on duplicate keys, on NaN, on integers beyond 64 bits and on broken UTF-8; each is a way to make
two of them see different events. What passes here means the same to every reader.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind

MAX_DEPTH = 32
"""Levels of nesting, the event itself being the first."""

MAX_KEYS = 1_000
"""Keys in one event, those of nested objects included."""

MAX_EVENT_BYTES = 256 * 1024
"""Size of one event as compact JSON."""

_INT64 = range(-(2**63), 2**63)


class _DuplicateKeys(dict[str, Any]):
    """Marks an object that named a key twice, so that its event alone is refused and not the whole request."""


def parse_json(text: bytes, max_items: int | None = None) -> Any:
    """Return the value of a JSON text.

    Whether it can be an event is for :func:`violation` to say.

    Parameters
    ----------
    text : bytes
        UTF-8 without a byte order mark.
    max_items : int, optional
        Elements that it may have if it is an array; any number unless given.

    Raises
    ------
    AuguryError
        ``TOO_MANY_EVENTS``: it is a longer array.
        ``INVALID_JSON``: not RFC 8259 JSON, NaN or infinite numbers, invalid UTF-8, or a lone surrogate.

    Examples
    --------
    >>> parse_json(b'{"f1": 5.10}')
    {'f1': 5.1}
    """
    try:
        # orjson is the gate: it refuses what the standard library lets through. The second reading sees what orjson
        # hides, duplicate keys and integers that it would turn into floats.
        gated = orjson.loads(text)
        if max_items is not None and isinstance(gated, list) and len(gated) > max_items:
            raise AuguryError(Kind.TOO_MANY_EVENTS, [Detail(("body",), f"{len(gated)} events; send fewer")])
        del gated
        return json.loads(text, object_pairs_hook=_mapping)
    except (ValueError, RecursionError):
        raise AuguryError(Kind.INVALID_JSON) from None


def violation(value: Any, max_keys: int = MAX_KEYS) -> Kind | None:
    """Return the rule that a parsed value breaks as an event, or None where it is one.

    Parameters
    ----------
    value : Any
        What :func:`parse_json` returned.
    max_keys : int
        Keys that it may have, those of nested objects included; 1,000 unless given.

    Examples
    --------
    >>> violation([1])
    <Kind.NOT_AN_OBJECT: (100, 400, 'An event must be a JSON object')>
    >>> violation({"f1": 5.1}) is None
    True
    """
    if not isinstance(value, dict):
        return Kind.NOT_AN_OBJECT
    keys = 0
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        keys += sum(len(container) for container in level if isinstance(container, dict))
        if keys > max_keys:
            return Kind.TOO_MANY_KEYS
        broken = next(filter(None, map(_own_violation, level)), None)
        level = [inner for container in level for inner in _values(container) if isinstance(inner, dict | list)]
        if broken or not level:
            return broken
    return Kind.TOO_DEEP


def _own_violation(container: dict[str, Any] | list[Any]) -> Kind | None:
    """Return the rule that a container breaks by itself, its inner containers aside."""
    if isinstance(container, _DuplicateKeys):
        return Kind.DUPLICATE_KEY
    if any(type(inner) is int and inner not in _INT64 for inner in _values(container)):
        return Kind.NUMBER_OUT_OF_RANGE
    return None


def _values(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    return mapping if len(mapping) == len(pairs) else _DuplicateKeys(mapping)
