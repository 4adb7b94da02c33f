"""What the steps that :class:`AutoTransform` learned do to a whole column."""

from __future__ import annotations

from typing import Any

import numpy as np

from augury.pipelines._coded import coded, function_of
from augury.pipelines._columns import Column, Numbers, numbers_of
from augury.plans import MAX_FEATURE, AnyStep, Boolean, Category, Scale

_HUGE = 1e150  # its square is the last that float64 holds


def applied(step: AnyStep, column: Column) -> Any:
    """Return a column as its step makes it."""
    if isinstance(step, Scale):
        return scaled(step, numbers_of(column))
    if isinstance(step, Boolean):
        return coded(column).numbers(function_of(step))
    assert isinstance(step, Category)
    return coded(column).texts(function_of(step))


def scaled(step: Scale, numbers: Numbers) -> Numbers:
    """Return numbers as the step makes them."""
    limited = numbers if step.minimum is None else np.clip(numbers, step.minimum, step.maximum)
    with np.errstate(over="ignore"):
        standardised = (limited - step.mean) / step.scale
    np.clip(standardised, -MAX_FEATURE, MAX_FEATURE, out=standardised)
    standardised[np.isnan(numbers)] = 0.0
    return standardised


def moments(numbers: Numbers) -> tuple[float, float]:
    """Return mean and population standard deviation, without overflow for huge numbers; 1.0 if they do not vary."""
    if len(numbers) == 0:
        return 0.0, 1.0
    if (numbers == numbers[0]).all():
        return float(numbers[0]), 1.0
    magnitude = max(float(numbers.max()), -float(numbers.min()))
    if magnitude <= _HUGE:
        return float(numbers.mean()), float(numbers.std())
    return float((numbers / magnitude).mean()) * magnitude, float((numbers / magnitude).std()) * magnitude
