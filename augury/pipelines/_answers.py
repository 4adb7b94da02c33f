"""What a fitted pipeline answers, row by row, and which rows it refuses."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import is_regressor
from sklearn.pipeline import Pipeline

from augury.artifacts import Kind

_REFUSALS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""How transforms and estimators say that they can't do with a value."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Numbers per row.

    Parameters
    ----------
    values : numpy.ndarray of float64
        Of shape (rows, classes), or (rows, 1) of a regression; NaN in rows that were refused.
    answered : numpy.ndarray of bool
        Whether each row was answered.
    """

    values: NDArray[np.float64]
    answered: NDArray[np.bool_]

    @classmethod
    def of_rows(cls, count: int, rows: NDArray[np.intp], values: NDArray[Any]) -> Self:
        """Return the answers of ``count`` rows, of which those at some positions were answered."""
        every = np.full((count, values.shape[1]), np.nan)
        every[rows] = values
        answered = np.zeros(count, dtype=bool)
        answered[rows] = True
        return cls(every, answered)

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return answers one after the other; parts that were refused whole may have no width."""
        width = max(part.values.shape[1] for part in parts)
        widened = [np.full((len(part.values), width), np.nan) for part in parts]
        for wide, part in zip(widened, parts, strict=True):
            wide[:, : part.values.shape[1]] = part.values
        return cls(np.concatenate(widened), np.concatenate([part.answered for part in parts]))


def kind_of(pipeline: Pipeline) -> Kind:
    """Return what a pipeline predicts."""
    return "regression" if is_regressor(pipeline.steps[-1][1]) else "classification"


def fitted_answers(pipeline: Pipeline, frame: pd.DataFrame) -> Answers:
    """Return what a fitted pipeline answers. A row that it left out, or raised about, is refused.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted.
    frame : pandas.DataFrame
        Rows with a ``RangeIndex``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unseen categories and overflows, which is what some rows are for
        return _answered(pipeline, frame)


def _answered(pipeline: Pipeline, frame: pd.DataFrame) -> Answers:
    """Return the answers to all rows, or of each half on its own where some row is refused by an exception."""
    try:
        return _answered_at_once(pipeline, frame.reset_index(drop=True))
    except _REFUSALS:
        if len(frame) == 1:
            return Answers(np.full((1, 0), np.nan), np.zeros(1, dtype=bool))
    half = len(frame) // 2
    return Answers.joined([_answered(pipeline, part) for part in (frame.iloc[:half], frame.iloc[half:])])


def _answered_at_once(pipeline: Pipeline, frame: pd.DataFrame) -> Answers:
    given: Any = frame
    for _, step in pipeline.steps[:-1]:
        if step is not None and not isinstance(step, str):
            given = step.transform(given)
    rows = given.index.to_numpy(dtype=np.intp) if isinstance(given, pd.DataFrame) else np.arange(len(frame))
    if len(rows) == 0:
        return Answers(np.full((len(frame), 0), np.nan), np.zeros(len(frame), dtype=bool))
    estimator = pipeline.steps[-1][1]
    values = estimator.predict(given) if is_regressor(estimator) else estimator.predict_proba(given)
    return Answers.of_rows(len(frame), rows, np.asarray(values, dtype=np.float64).reshape(len(rows), -1))
