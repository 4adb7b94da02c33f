"""A transformer's plan beside the transformer itself."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from augury.pipelines import records_of
from augury.pipelines._sklearn_forms import feature_names, steps_of
from augury.plans import MAX_FEATURE, Door, Plan, Unanswerable

type Matrix = NDArray[np.float64]


def plan_of(transformer: Any, columns: list[str]) -> Plan:
    """Return the plan of a fitted transformer, stored and read back."""
    names = feature_names(transformer, columns, "step")
    plan = Plan(steps_of(transformer, columns, names), names, Door(dtype="float64"))
    return Plan.load(plan.dump())


def transformed(transformer: Any, frame: pd.DataFrame | pd.Series[Any]) -> Matrix:
    """Return what the transformer itself makes, dense."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = transformer.transform(frame)
    return np.asarray(found.toarray() if sparse.issparse(found) else found, dtype=np.float64)


def planned(transformer: Any, frame: pd.DataFrame) -> Matrix:
    """Return what its plan makes of the frame's records."""
    return np.asarray(plan_of(transformer, list(frame.columns)).matrix(records_of(frame)))


def assert_agreement(transformer: Any, frame: pd.DataFrame) -> None:
    """Both make the same of every row, bit for bit; or both refuse it."""
    plan = plan_of(transformer, list(frame.columns))
    for number, record in enumerate(records_of(frame)):
        row = frame.iloc[number : number + 1]
        try:
            expected = transformed(transformer, row)[0]
        except ValueError:
            expected = None
        try:
            found = np.asarray(plan.vector(record))
        except Unanswerable:
            found = None
        assert (expected is None) == (found is None), (record, expected, found)
        if expected is not None and found is not None:
            held = np.clip(expected, -MAX_FEATURE, MAX_FEATURE)  # as the door of the plan holds it
            np.testing.assert_array_equal(found, held, err_msg=str(record))
