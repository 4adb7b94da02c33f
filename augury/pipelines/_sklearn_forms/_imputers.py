"""Imputation of missing values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from augury.pipelines._not_compilable import NotCompilable
from augury.plans import AnyStep, Fill, IsMissing, Scalar

type Names = Sequence[str]


def simple_imputer(imputer: Any, inputs: Names, outputs: Names) -> list[AnyStep]:
    """Return the steps of a SimpleImputer: a filled column per kept input, then a flag per input that had nulls."""
    missing = None if _is_null(imputer.missing_values) else _scalar(imputer.missing_values)
    fillers = [_filler(statistic) for statistic in imputer.statistics_]
    kept = [position for position, filler in enumerate(fillers) if filler is not None]
    flagged = imputer.indicator_.features_.tolist() if imputer.add_indicator else []
    targets = iter(outputs)
    filled = [
        Fill(field=inputs[position], output=next(targets), value=filler, missing=missing)
        for position in kept
        if (filler := fillers[position]) is not None
    ]
    flags = [IsMissing(field=inputs[position], output=next(targets), missing=missing) for position in flagged]
    return [*filled, *flags]


def _filler(statistic: Any) -> Scalar | None:
    """Return what a column is filled with; None for one without a value, which scikit-learn leaves out."""
    return None if _is_null(statistic) else _scalar(statistic)


def _is_null(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def _scalar(value: Any) -> Scalar:
    plain = value.item() if isinstance(value, np.generic) else value
    if not isinstance(plain, (bool, int, float, str)):
        raise NotCompilable(f"SimpleImputer has no plan form for {plain!r}, which is no number, boolean or text")
    return plain
