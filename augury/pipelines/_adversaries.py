"""Records on which a plan and the pipeline that it came from are most likely to differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from augury.plans import Blank, Number, Plan, Scale
from augury.schema import MAX_NUMBER, Field, FieldType, InputSchema

_NUMBERS = (0, -0.0, 1, -1, 0.5, 5e-324, -1e-320, 1e-45, 3.5e38, -1e39, 2**53 + 1, MAX_NUMBER, -MAX_NUMBER)
_TEXTS = ("", " ", "0", "1.0", "TRUE", "no", "unseen", "Ünsichtbar — 未知", "İ", "x" * 300)
_VALUES: dict[FieldType, tuple[Any, ...]] = {
    FieldType.NUMBER: _NUMBERS,
    FieldType.TEXT: _TEXTS,
    FieldType.BOOLEAN: (True, False),
    FieldType.ANY: (*_NUMBERS, *_TEXTS, True, False, [1], {"a": 1}),
}


def adversarial_records(
    inputs: InputSchema, plan: Plan, thresholds: Mapping[int, Sequence[float]], records: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return training records with one value replaced by each awkward one in turn, and one record of nulls.

    Parameters
    ----------
    inputs : InputSchema
        What the plan reads.
    plan : Plan
        Compiled plan.
    thresholds : mapping of int to sequence of float
        What the estimator compares each column of the vector with: values on, just below and just above it are tried.
    records : sequence of dict
        Training records, used in turn. At least one.
    """
    replacements = [(field.name, value) for field in inputs.fields for value in _awkward_values(field, records)]
    replacements += _threshold_values(inputs, plan, thresholds)
    replaced = [{**records[i % len(records)], name: value} for i, (name, value) in enumerate(replacements)]
    return [dict.fromkeys(inputs.names), *replaced]


def _awkward_values(field: Field, records: Sequence[dict[str, Any]]) -> list[Any]:
    known = next((value for record in records if type(value := record[field.name]) is str), None)
    spellings = [] if known is None else [known.upper(), known.lower(), f" {known}"]
    return [None, *_VALUES[field.type], *spellings]


def _threshold_values(
    inputs: InputSchema, plan: Plan, thresholds: Mapping[int, Sequence[float]]
) -> Iterator[tuple[str, float]]:
    numeric = {field.name for field in inputs.fields if field.type in (FieldType.NUMBER, FieldType.ANY)}
    at = 0
    for block in plan.document.vector:
        if isinstance(block, Number):
            for threshold in thresholds.get(at, ()):
                for value in _around(threshold):
                    name, raw = _raw_value(plan, block.field, value)
                    if name in numeric and math.isfinite(raw):
                        yield from ((name, nearby) for nearby in _neighbours(raw))
        at += block.width


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


def _raw_value(plan: Plan, field: str, value: float) -> tuple[str, float]:
    """Return the field and the number that the plan makes a column's value from; NaN where no number makes it."""
    for step in reversed(plan.document.steps):
        if step.writes != field:
            continue
        if isinstance(step, Scale):
            value = step.unscaled(value)
        elif not isinstance(step, Blank):
            value = math.nan
        field = step.reads
    return field, value
