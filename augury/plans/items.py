"""What an array or an object holds, as named numbers."""

from __future__ import annotations

from typing import Any

from augury.plans.values import number_of, text_of

type Item = tuple[str, float]


def items_of(value: Any) -> list[Item]:
    """Return the items of a value, each with its weight.

    Parameters
    ----------
    value : JSON value
        An array of scalars (weight 1.0) or of pairs of an id and a number (its weight); an object, whose numbers and
        booleans are weights of their keys, and whose texts are items ``key_text``; or a scalar, which is one item.

    Returns
    -------
    list of tuple of str and float
        In their order; an item may be there twice. Nulls and deeper values are none.

    Examples
    --------
    >>> items_of(["red", 7, None]), items_of({"red": 0.5, "size": "XL"}), items_of([[3, 0.5]])
    ([('red', 1.0), ('7', 1.0)], [('red', 0.5), ('size_XL', 1.0)], [('3', 0.5)])
    """
    if type(value) is dict:
        return [item for key, each in value.items() if (item := _member(str(key), each)) is not None]
    members = value if type(value) is list else [value]
    return [item for each in members if (item := _element(each)) is not None]


def _member(key: str, value: Any) -> Item | None:
    if type(value) is str:
        return f"{key}_{value}", 1.0
    weight = number_of(value)
    return (key, weight) if weight == weight else None


def _element(value: Any) -> Item | None:
    if type(value) in (list, tuple):
        return _pair(value)
    text = text_of(value)
    return None if text is None else (text, 1.0)


def _pair(value: Any) -> Item | None:
    if len(value) != 2 or (text := text_of(value[0])) is None:
        return None
    weight = number_of(value[1])
    return (text, weight) if weight == weight else None


def document_of(value: Any) -> str:
    """Return a value as one text: an array's scalars joined by spaces, a scalar as it is; nothing for all else.

    Examples
    --------
    >>> document_of(["red", 7, None]), document_of("red"), document_of(None)
    ('red 7', 'red', '')
    """
    if type(value) is list:
        return " ".join(text for each in value if (text := text_of(each)) is not None)
    return text_of(value) or ""
