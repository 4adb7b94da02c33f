"""Encoders of categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._not_compilable import NotCompilable
from augury.plans import AnyStep, Lookup, Scalar, Spread

type Names = Sequence[str]


def one_hot_encoder(encoder: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return, per column, the step that finds the category's position and the one that makes columns of it."""
    steps: list[AnyStep] = []
    begin = 0
    for column, (field, categories) in enumerate(zip(inputs, encoder.categories_, strict=True)):
        places = _places(encoder, column)
        width = len({place for place in places if place is not None})
        end = begin + width
        position = f"{outputs[begin]}#position" if width else f"{field}#position"
        unknown: Any = "refused" if encoder.handle_unknown == "error" else _place_of_unknown(encoder, column, places)
        steps += [
            _lookup(field, position, categories, places, unknown),
            Spread(field=position, outputs=tuple(outputs[begin:end])),
        ]
        begin = end
    return steps


def ordinal_encoder(encoder: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the step of each column: from a category to its number."""
    unknown = "refused" if encoder.handle_unknown == "error" else _number(encoder.unknown_value)
    return [
        _lookup(field, output, encoder.categories_[column], _ordinals(encoder, column), _or_missing(unknown))
        for column, (field, output) in enumerate(zip(inputs, outputs, strict=True))
    ]


def target_encoder(encoder: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of each column: from a category to its encoding, one per class if there are more than two."""
    per_column = len(encoder.encodings_) // len(inputs)
    means = np.atleast_1d(encoder.target_mean_).tolist()
    return [
        _lookup(
            inputs[position // per_column],
            output,
            encoder.categories_[position // per_column],
            encoder.encodings_[position].tolist(),
            means[position % per_column],
        )
        for position, output in enumerate(outputs)
    ]


def _lookup(field: str, output: str, categories: NDArray[Any], numbers: Sequence[float | None], unknown: Any) -> Lookup:
    values = [_value(category) for category in categories]
    if len(set(values)) < len(values):
        raise NotCompilable(f"an encoder tells None from NaN in column {field!r}, and JSON has one null")
    return Lookup(
        field=field,
        output=output,
        values=tuple(values),
        numbers=tuple(None if number is None or number != number else float(number) for number in numbers),
        unknown=unknown,
    )


def _value(category: Any) -> Scalar | None:
    plain = category.item() if isinstance(category, np.generic) else category
    if plain is None or (not isinstance(plain, str) and pd.isna(plain)):
        return None
    if not isinstance(plain, (bool, int, float, str)):
        raise NotCompilable(f"an encoder learned {plain!r}, which is no number, boolean or text")
    return plain


def _infrequent(encoder: Any, column: int) -> set[int]:
    """Return the positions of the categories that are grouped into one."""
    names = getattr(encoder, "infrequent_categories_", None)
    if names is None or names[column] is None:
        return set()
    grouped = {_value(name) for name in names[column]}
    return {i for i, category in enumerate(encoder.categories_[column]) if _value(category) in grouped}


def _grouped(encoder: Any, column: int, skipped: set[int]) -> list[int | None]:
    """Return the position of each category once the infrequent ones stand together behind the others."""
    infrequent = _infrequent(encoder, column) - skipped
    rest = [i for i in range(len(encoder.categories_[column])) if i not in infrequent and i not in skipped]
    order = {category: position for position, category in enumerate(rest)} | dict.fromkeys(infrequent, len(rest))
    return [order.get(category) for category in range(len(encoder.categories_[column]))]


def _places(encoder: Any, column: int) -> list[int | None]:
    """Return the one-hot column of each category; None for the dropped one."""
    places = _grouped(encoder, column, skipped=set())
    dropped = None if encoder.drop_idx_ is None else encoder.drop_idx_[column]
    if dropped is None:
        return places
    gap = places[dropped]
    return [_after_gap(place, gap) for place in places]


def _after_gap(place: int | None, gap: int | None) -> int | None:
    if place is None or gap is None or place == gap:
        return None
    return place - 1 if place > gap else place


def _place_of_unknown(encoder: Any, column: int, places: list[int | None]) -> Any:
    infrequent = _infrequent(encoder, column)
    joins = encoder.handle_unknown in ("infrequent_if_exist", "warn") and infrequent
    place = places[min(infrequent)] if joins else None
    return "missing" if place is None else float(place)


def _ordinals(encoder: Any, column: int) -> list[float | None]:
    missing = {i for i, category in enumerate(encoder.categories_[column]) if _value(category) is None}
    return [
        _number(encoder.encoded_missing_value) if position is None else float(position)
        for position in _grouped(encoder, column, skipped=missing)
    ]


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _or_missing(unknown: Any) -> Any:
    return "missing" if unknown is None else unknown
