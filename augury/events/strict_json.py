"""The strict gate through which all JSON from clients comes.

JSON readers disagree on duplicate keys, on NaN, on integers beyond 64 bits and on broken UTF-8; each is a way to make
two of them see different events. What passes here means the same to every reader.

orjson is the gate: it refuses what the standard library lets through, and is quick. It hides two things, duplicate keys
and integers that it turns into floats. Where it provably can have hidden neither, its reading stands; else the
standard library reads the text again, and sees them.
"""

from __future__ import annotations

import json
import re
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

_MIN_INT64, _MAX_INT64 = -(2**63), 2**63 - 1
_MAX_INT64_DIGITS = b"%d" % _MAX_INT64
_LONG_INTEGER = re.compile(rb"[\s\[:,-]([0-9]{19,})")
# A text in outline: digits, what may stand before a number, and the rest.
_OUTLINE = bytes(ord("0") if c in b"0123456789" else ord(" ") if c in b" \t\r\n[:,-" else ord("x") for c in range(256))
_LONG_INTEGER_OUTLINE = b" " + b"0" * len(_MAX_INT64_DIGITS)
_CONTAINERS = (dict, list)


class _Unsure(Exception):
    """The quick test can't tell; the slow reading can."""


_BETWEEN_ELEMENTS = re.compile(r"[ \t\r\n,]*")
_scan = json.JSONDecoder().raw_decode


def parse_json(text: bytes) -> Any:
    """Return the value of a JSON text.

    Whether it can be an event is for :func:`violation` to say.

    Parameters
    ----------
    text : bytes
        UTF-8 without a byte order mark.

    Raises
    ------
    AuguryError
        ``INVALID_JSON``: not RFC 8259 JSON, NaN or infinite numbers, invalid UTF-8, or a lone surrogate.
        ``DUPLICATE_KEY``, ``NUMBER_OUT_OF_RANGE``: readers would disagree on what it says. ``TOO_DEEP``: it is far
        deeper than any event may be.

    Examples
    --------
    >>> parse_json(b'{"f1": 5.10}')
    {'f1': 5.1}
    """
    return _checked(text, _gated(text))


def parse_each(text: bytes, max_items: int) -> tuple[Any, list[bytes]]:
    """Return the value of a JSON text, where a bad element of an array spoils no other.

    Parameters
    ----------
    text : bytes
        UTF-8 without a byte order mark.
    max_items : int
        Elements that an array may have. They are counted before each is looked at, because millions fit in a body.

    Returns
    -------
    value : Any
        As of :func:`parse_json`; in an array, an element that it would refuse is the error in its place.
    texts : list of bytes
        How the elements were sent, byte for byte, if they had to be read one by one; else empty.

    Raises
    ------
    AuguryError
        As :func:`parse_json`; of an array ``INVALID_JSON`` or ``TOO_MANY_EVENTS`` only.
    """
    value = _gated(text)
    if isinstance(value, list) and len(value) > max_items:
        raise AuguryError(Kind.TOO_MANY_EVENTS, [Detail(("body",), f"{len(value)} events; send fewer")])
    try:
        _check_whole(text, value)
    except (_Unsure, AuguryError):
        if not isinstance(value, list):
            return _checked(text, value), []
        texts = element_texts(text, len(value))
        return [_checked_or_error(*element) for element in zip(texts, value, strict=True)], texts
    return value, []


def value_or_error(text: bytes) -> Any:
    """Return what :func:`parse_json` returns or raises."""
    try:
        return parse_json(text)
    except AuguryError as error:
        return error


def element_texts(array: bytes, count: int) -> list[bytes]:
    """Return how the first elements of a JSON array were written, byte for byte.

    Parameters
    ----------
    array : bytes
        A JSON text that orjson has let through.
    count : int
        How many elements to find at most.

    Examples
    --------
    >>> element_texts(b'[{"a":1, "a":2} , 7]', 2)
    [b'{"a":1, "a":2}', b'7']
    """
    text = array.decode()
    texts: list[bytes] = []
    position = _BETWEEN_ELEMENTS.match(text, text.index("[") + 1)
    while position and len(texts) < count and text[position.end()] != "]":
        _, end = _scan(text, position.end())
        texts.append(text[position.end() : end].encode())
        position = _BETWEEN_ELEMENTS.match(text, end)
    return texts


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
        keys += sum([len(container) for container in level if isinstance(container, dict)])
        if keys > max_keys:
            return Kind.TOO_MANY_KEYS
        level = [inner for container in level for inner in _values(container) if isinstance(inner, _CONTAINERS)]
        if not level:
            return None
    return Kind.TOO_DEEP


def is_int64(number: int) -> bool:
    """Return whether an integer is one that every reader of the lake has."""
    return _MIN_INT64 <= number <= _MAX_INT64


def is_surely_within(line: bytes) -> bool:
    """Return whether a compact JSON text can't be too deep nor have too many keys; False says nothing.

    Brackets and key separators are counted, inside of texts too: there can't be more levels or keys than these. A key
    takes four bytes at least, ``"":0``.

    Examples
    --------
    >>> is_surely_within(b'{"f1":5.1}')
    True
    """
    few_keys = len(line) <= 4 * MAX_KEYS or line.count(b'":') <= MAX_KEYS
    return few_keys and line.count(b"{") + line.count(b"[") <= MAX_DEPTH


def _gated(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise AuguryError(Kind.INVALID_JSON) from None


def _checked(text: bytes, value: Any) -> Any:
    try:
        _check_whole(text, value)
    except _Unsure:
        return _read_slowly(text)
    return value


def _checked_or_error(text: bytes, value: Any) -> Any:
    try:
        return _checked(text, value)
    except AuguryError as error:
        return error


def _check_whole(text: bytes, value: Any) -> None:
    """Check that orjson's reading of a text has lost nothing.

    A key has one colon. Unless a string escapes one, a text has as many colons as its value written again; of a key
    that was named twice the first is dropped, and its colon with it.

    Raises
    ------
    AuguryError
        Something is lost, or the value is deeper than orjson writes, which is far deeper than any event may be.
    _Unsure
        This can't tell.
    """
    if not isinstance(value, _CONTAINERS):
        raise _Unsure
    try:
        written = orjson.dumps(value)
    except TypeError:
        raise AuguryError(Kind.TOO_DEEP) from None
    if _escapes_a_colon(text):
        raise _Unsure
    if text.count(b":") != written.count(b":"):
        raise AuguryError(Kind.DUPLICATE_KEY)
    if not _integers_fit(text):
        raise _Unsure


def _escapes_a_colon(text: bytes) -> bool:
    return b"\\" in text and (b"\\u003a" in text or b"\\u003A" in text)


def _integers_fit(text: bytes) -> bool:
    """Return whether every integer is provably within int64; floats and texts may look like one that is not."""
    if _LONG_INTEGER_OUTLINE not in text.translate(_OUTLINE):
        return True
    return all(
        len(digits) == len(_MAX_INT64_DIGITS) and digits <= _MAX_INT64_DIGITS for digits in _LONG_INTEGER.findall(text)
    )


def _read_slowly(text: bytes) -> Any:
    """Return the value of a text that orjson has let through, read so that nothing is hidden."""
    return json.loads(text.decode(), object_pairs_hook=_mapping, parse_int=_integer)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise AuguryError(Kind.DUPLICATE_KEY)
    return mapping


def _integer(digits: str) -> int:
    number = int(digits)
    if not is_int64(number):
        raise AuguryError(Kind.NUMBER_OUT_OF_RANGE)
    return number


def _values(container: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container
