"""What the target of each event is, as the transforms make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from augury.artifacts import Kind
from augury.pipelines import estimator_of
from augury.training.refusal import TrainingRefused
from augury.training.stages import fit_transformed, kind_of, rows_of, transformed

_ROWS_PER_CLASS = 50

type Column = pd.Series[Any]
type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Truth:
    """The targets of the events that can be learned from.

    Parameters
    ----------
    kind : {"classification", "regression"}
        What is predicted.
    rows : numpy.ndarray of int
        Positions of those events in the frame: all that the transforms do not leave out.
    values : numpy.ndarray
        Of each, the position of its class in ``classes``; of a regression, its number.
    classes : tuple of str
        Readable names of the classes; empty for a regression.
    """

    kind: Kind
    rows: Positions
    values: NDArray[Any]
    classes: tuple[str, ...]

    def sizes(self) -> NDArray[np.intp]:
        """Return how many events each class has."""
        return np.bincount(self.values, minlength=len(self.classes))


def truth_of(pipeline: Pipeline, frame: pd.DataFrame) -> Truth:
    """Return the targets, with the steps that make them fitted on the whole frame.

    Folds are made by it and predictions are compared with it; no fold learns from it.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted.
    frame : pandas.DataFrame
        Raw frame with the index 0, 1, ….

    Raises
    ------
    TrainingRefused
        There is no target column, an event has no target, or no event is left.
    """
    given = fit_transformed(pipeline, frame)
    rows = rows_of(given, len(frame))
    target = target_in(pipeline, given, frame)
    if len(rows) == 0:
        raise TrainingRefused(f"no event has a target {target.name!r} to learn from")
    if target.isna().any():
        raise TrainingRefused(f"{int(target.isna().sum())} of {len(target)} events have no target {target.name!r}")
    if kind_of(pipeline) == "regression":
        return Truth("regression", rows, _numbers(target), ())
    codes, values = pd.factorize(target.to_numpy(), sort=False)
    order = sorted(range(len(values)), key=lambda code: _sort_key(values[code]))
    codes = np.argsort(order)[codes]
    names = _readable(given, estimator_of(pipeline).target_readable, codes, [values[code] for code in order])
    return Truth("classification", rows, codes, names)


def target_in(pipeline: Pipeline, given: Any, frame: pd.DataFrame) -> Column:
    """Return the target of transformed rows: the column that a step made or kept, else the raw one."""
    target = estimator_of(pipeline).target
    if isinstance(given, pd.DataFrame) and target in given:
        return given[target]
    if target not in frame:
        raise TrainingRefused(f"the events have no target column {target!r}, and no step of the pipeline makes it")
    return frame[target].iloc[rows_of(given, len(frame))]


def classes_in(fitted: Pipeline, frame: pd.DataFrame, truth: Truth, learned: Positions) -> Positions:
    """Return, of each class of a fitted estimator, the position of the same class in ``truth.classes``.

    A label step that was fitted on fewer events may number its classes otherwise, so they are told by the events that
    were learned from: some of every class are looked at.

    Parameters
    ----------
    fitted : sklearn.pipeline.Pipeline
        Fitted on ``learned``.
    frame : pandas.DataFrame
        The whole raw frame.
    truth : Truth
        Its targets.
    learned : numpy.ndarray of int
        Positions in ``truth.rows``.
    """
    some = _some_of_each_class(truth, learned)
    sample = frame.iloc[truth.rows[some]].reset_index(drop=True)
    given = transformed(fitted, sample)
    target = target_in(fitted, given, sample).to_numpy()
    codes = truth.values[some][rows_of(given, len(sample))]
    return np.array(
        [np.bincount(codes[target == label]).argmax() if (target == label).any() else -1
         for label in estimator_of(fitted).classes_], dtype=np.intp,
    )  # fmt: skip


def _some_of_each_class(truth: Truth, learned: Positions) -> Positions:
    by_class = learned[np.argsort(truth.values[learned], kind="stable")]
    sizes = np.bincount(truth.values[learned], minlength=len(truth.classes))
    place = np.arange(len(learned)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return by_class[place < _ROWS_PER_CLASS]


def _numbers(target: Column) -> NDArray[np.float64]:
    try:
        numbers = pd.to_numeric(target).to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise TrainingRefused(f"target {target.name!r} of a regression must hold numbers") from None
    if not np.isfinite(numbers).all():
        raise TrainingRefused(f"target {target.name!r} holds a number that is not finite")
    return numbers


def _readable(given: Any, column: str | None, codes: Positions, values: list[Any]) -> tuple[str, ...]:
    """Return the most frequent readable name of each class; of equally frequent ones the first in order."""
    if column is None or not isinstance(given, pd.DataFrame) or column not in given:
        return tuple(str(value) for value in values)
    texts = pd.Series(given[column].astype(object).map(str, na_action="ignore").to_numpy())
    modes: dict[Any, Column] = {code: names.mode() for code, names in texts.groupby(codes)}
    return tuple(str(next(iter(modes[code]), value)) for code, value in enumerate(values))


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (True, value) if isinstance(value, str) else (False, float(value))
