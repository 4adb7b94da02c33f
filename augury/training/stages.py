"""A pipeline as training walks through it: transforms that may come from anywhere, and an estimator of this package."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone, is_regressor
from sklearn.pipeline import Pipeline

from augury.artifacts import Kind
from augury.pipelines import FrameEstimator, as_json, drop_envelope, estimator_of


def kind_of(pipeline: Pipeline) -> Kind:
    """Return what the pipeline's estimator answers: a class or a number."""
    return "regression" if is_regressor(estimator_of(pipeline)) else "classification"


def events_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what may be learned from of a raw frame, as JSON would carry it, which is how it comes to be asked.

    The fields that the server adds are left out; the index is 0, 1, ….
    """
    return as_json(drop_envelope(frame.reset_index(drop=True)))


def fit(pipeline: Pipeline, frame: pd.DataFrame) -> Pipeline:
    """Return a clone, fitted on a raw frame.

    The target goes along as ``y`` where it is a raw column, for transforms that learn from it, such as a target
    encoder; an estimator takes it from its own column first.
    """
    return clone(pipeline).fit(frame, frame.get(estimator_of(pipeline).target))


def seeded(pipeline: Pipeline, seed: int) -> Pipeline:
    """Return a clone in which every ``random_state`` that was left open is the seed, so that fitting is repeatable."""
    seeds = {
        name: seed
        for name, value in pipeline.get_params(deep=True).items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    return clone(pipeline).set_params(**seeds)


def transformed(pipeline: Pipeline, frame: pd.DataFrame) -> Any:
    """Return what the estimator of a fitted pipeline is given for a raw frame."""
    for step in _transforms(pipeline):
        frame = step.transform(frame)
    return frame


def fit_transformed(pipeline: Pipeline, frame: pd.DataFrame) -> Any:
    """Return what the estimator of an unfitted pipeline would be fitted on."""
    y = frame.get(estimator_of(pipeline).target)
    for step in _transforms(clone(pipeline)):
        aligned = y if y is not None and len(y) == len(frame) else None
        frame = step.fit(frame, aligned).transform(frame)
    return frame


def rows_of(given: Any, rows: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return which rows of a frame with the index 0, 1, … the transforms have left in."""
    return given.index.to_numpy(dtype=np.intp) if isinstance(given, pd.DataFrame) else np.arange(rows, dtype=np.intp)


def predicted(pipeline: Pipeline, given: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a fitted estimator's probabilities [rows, classes] or numbers [rows] for transformed rows, as float64."""
    estimator: FrameEstimator = estimator_of(pipeline)
    answer = estimator.predict_proba(given) if kind_of(pipeline) == "classification" else estimator.predict(given)
    return np.asarray(answer, dtype=np.float64)


def _transforms(pipeline: Pipeline) -> list[Any]:
    return [step for _, step in pipeline.steps[:-1] if step is not None and step != "passthrough"]
