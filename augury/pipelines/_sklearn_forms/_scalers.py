"""Scalers of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augury.plans import Affine, AnyStep, Lookup

type Names = Sequence[str]


def standard_scaler(scaler: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a StandardScaler."""
    return _affine(
        inputs,
        outputs,
        subtract=scaler.mean_ if scaler.with_mean else None,
        divide=scaler.scale_ if scaler.with_std else None,
    )


def robust_scaler(scaler: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a RobustScaler."""
    return _affine(
        inputs,
        outputs,
        subtract=scaler.center_ if scaler.with_centering else None,
        divide=scaler.scale_ if scaler.with_scaling else None,
    )


def max_abs_scaler(scaler: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a MaxAbsScaler."""
    limits = (-1.0, 1.0) if getattr(scaler, "clip", False) else (None, None)
    return _affine(inputs, outputs, divide=scaler.scale_, limits=limits)


def min_max_scaler(scaler: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a MinMaxScaler."""
    limits = tuple(map(float, scaler.feature_range)) if scaler.clip else (None, None)
    return _affine(inputs, outputs, multiply=scaler.scale_, add=scaler.min_, limits=limits)


def _affine(
    inputs: Names,
    outputs: Names,
    *,
    limits: tuple[float | None, ...] = (None, None),
    **operands: NDArray[np.float64] | None,
) -> list[AnyStep]:
    minimum, maximum = limits
    used = {name: numbers.tolist() for name, numbers in operands.items() if numbers is not None}
    steps: list[AnyStep] = []
    for position, (field, output) in enumerate(zip(inputs, outputs, strict=True)):
        numbers = {name: values[position] for name, values in used.items()}
        if any(number != number for number in numbers.values()):
            # The column was all null in fit: whatever comes is no number then.
            steps.append(Lookup(field=field, output=output, values=(), numbers=()))
        else:
            steps.append(Affine(field=field, output=output, minimum=minimum, maximum=maximum, **numbers))
    return steps
