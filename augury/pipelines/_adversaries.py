"""Records on which what is served and the pipeline that it came from are most likely to differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from augury.plans import Alias, Blank, Plan, Scale, Step
from augury.schema import MAX_NUMBER, Field, FieldType, InputSchema

_NUMBERS = (0, -0.0, 1, -1, 0.5, 5e-324, -1e-320, 1e-45, 3.5e38, -1e39, 2**53 + 1, MAX_NUMBER, -MAX_NUMBER)
_DATES = ("2024-02-29", "2026-11-23T12:00:00", "1969-12-31T23:59:59.5Z", "2026-03-29T02:30:00+02:00", "2026-02-30")
_TEXTS = ("", " ", "0", "001", "1.0", "TRUE", "no", "unseen", "Ünsichtbar — 未知", "İ", "x" * 300, *_DATES)
_ARRAYS: tuple[list[Any], ...] = ([], [1], ["a", "a", "ü"], [None, True, {"a": 1}], [[1]])
_OBJECTS: tuple[dict[str, Any], ...] = ({}, {"a": 1}, {"unseen": {"ü": [1]}})
_VALUES: dict[FieldType, tuple[Any, ...]] = {
    FieldType.NUMBER: _NUMBERS,
    FieldType.TEXT: _TEXTS,
    FieldType.BOOLEAN: (True, False),
    FieldType.ARRAY: _ARRAYS,
    FieldType.OBJECT: _OBJECTS,
    FieldType.ANY: (*_NUMBERS, *_TEXTS, True, False, *_ARRAYS, *_OBJECTS),
}
_MOST_CONSTANTS = 60
_MOST_THRESHOLDS = 150


def adversarial_records(
    inputs: InputSchema,
    records: Sequence[dict[str, Any]],
    plan: Plan | None = None,
    thresholds: Mapping[int, Sequence[float]] | None = None,
) -> list[dict[str, Any]]:
    """Return training records with one value replaced by each awkward one in turn, or without one of their fields.

    Two more lack everything: one has no key at all, and one only nulls.

    Parameters
    ----------
    inputs : InputSchema
        What is read of a record.
    records : sequence of dict
        Training records, used in turn. At least one.
    plan : Plan, optional
        Compiled plan: the constants in its steps, such as imputed values, edges of bins and categories, are tried.
    thresholds : mapping of int to sequence of float, optional
        What the estimator compares each column of the plan's vector with: values on, just below and just above it are
        tried.
    """
    replacements = [(field.name, value) for field in inputs.fields for value in _awkward_values(field, records)]
    if plan is not None:
        replacements += _constants(inputs, plan)
        replacements += _threshold_values(inputs, plan, thresholds or {})
    replaced = [{**records[i % len(records)], name: value} for i, (name, value) in enumerate(replacements)]
    shorter = [
        {key: value for key, value in records[i % len(records)].items() if key != name}
        for i, name in enumerate(inputs.names)
    ]
    return [{}, dict.fromkeys(inputs.names), *shorter, *replaced]


def _awkward_values(field: Field, records: Sequence[dict[str, Any]]) -> list[Any]:
    known = next((value for record in records if type(value := record.get(field.name)) is str), None)
    return [None, *_VALUES[field.type], *_spellings(known)]


def _spellings(known: str | None) -> list[str]:
    return [] if known is None else [known.upper(), known.lower(), f" {known}", f"{known} ", known[:-1]]


def _constants(inputs: InputSchema, plan: Plan) -> Iterator[tuple[str, Any]]:
    """Yield what the steps that read an input hold, for that input."""
    types = {field.name: field.type for field in inputs.fields}
    for step in plan.document.steps:
        numbers, texts = _held(step)
        for name in {origin for read in step.reads if (origin := _origin(plan, read)) in types}:
            if types[name] in (FieldType.NUMBER, FieldType.ANY):
                yield from ((name, nearby) for number in numbers for nearby in _neighbours(number))
            if types[name] in (FieldType.TEXT, FieldType.ANY):
                yield from ((name, text) for text in texts)


def _held(step: Step) -> tuple[list[float], list[str]]:
    """Return the numbers and texts in a step, at any depth, in their order."""
    numbers: dict[float, None] = {}
    texts: dict[str, None] = {}
    left: list[Any] = [step.model_dump(exclude={"kind"})]
    while left:
        value = left.pop(0)
        if isinstance(value, dict):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            left += value
        elif isinstance(value, str):
            texts[value] = None
        elif isinstance(value, int | float) and not isinstance(value, bool) and _finite(value):
            numbers[float(value)] = None
    return _sampled(list(numbers), _MOST_CONSTANTS), _sampled(list(texts), _MOST_CONSTANTS)


def _origin(plan: Plan, field: str) -> str:
    """Return the input that a step's field is, but for its name and for what counts as missing."""
    return _raw_value(plan, field, 0.0, (Alias, Blank))[0]


def _threshold_values(
    inputs: InputSchema, plan: Plan, thresholds: Mapping[int, Sequence[float]]
) -> Iterator[tuple[str, float]]:
    numeric = {field.name for field in inputs.fields if field.type in (FieldType.NUMBER, FieldType.ANY)}
    for at, field in enumerate(plan.document.vector):
        for threshold in _sampled(thresholds.get(at, ()), _MOST_THRESHOLDS):
            for value in _around(threshold):
                name, raw = _raw_value(plan, field, value, (Alias, Blank, Scale))
                if name in numeric and math.isfinite(raw):
                    yield from ((name, nearby) for nearby in _neighbours(raw))


def _sampled[T](values: Sequence[T], most: int) -> list[T]:
    """Return all values, or so many at even distances."""
    return list(values) if len(values) <= most else [values[i * len(values) // most] for i in range(most)]


def _around(threshold: float) -> list[float]:
    """Return the float32 at a threshold and its two neighbours: what the model sees."""
    at = np.float32(threshold)
    with np.errstate(over="ignore", under="ignore"):
        return [float(np.nextafter(at, np.float32(limit))) for limit in (-np.inf, at, np.inf)]


def _neighbours(raw: float) -> list[float]:
    """Return a raw value and its two float64 neighbours: what a client sends."""
    return [value for value in (math.nextafter(raw, -math.inf), raw, math.nextafter(raw, math.inf)) if _finite(value)]


def _finite(value: float) -> bool:
    return -MAX_NUMBER <= value <= MAX_NUMBER


def _raw_value(plan: Plan, field: str, value: float, through: tuple[type[Step], ...]) -> tuple[str, float]:
    """Return the field and the number that the plan makes a column's value from; NaN where no number makes it."""
    for step in reversed(plan.document.steps):
        if field not in step.writes:
            continue
        if not isinstance(step, through):
            return "", math.nan
        if isinstance(step, Scale):
            value = step.unscaled(value)
        field = step.reads[0]
    return field, value
