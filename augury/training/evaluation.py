"""Cross-validation of a whole pipeline: every fold refits the transforms too, so that nothing leaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from augury.pipelines import FrameEstimator, estimator_of, transforms_of
from augury.training.refusal import TrainingRefused

_LEAST_PROBABILITY = 1e-15

type Column = pd.Series[Any]
type Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well a pipeline predicts rows that it was not fitted on.

    Parameters
    ----------
    accuracy_per_fold : tuple of float
        Fraction of right classes in each fold.
    log_loss : float
        Mean negative logarithm of the probability of the right class, over all rows, in nats.
    rows : int
        Rows that were learned from: those with a target.
    """

    accuracy_per_fold: tuple[float, ...]
    log_loss: float
    rows: int

    @property
    def accuracy(self) -> float:
        """Mean of the folds' accuracies."""
        return float(np.mean(self.accuracy_per_fold))

    @property
    def folds(self) -> int:
        """Number of folds; fewer than asked for if a class has fewer rows than that."""
        return len(self.accuracy_per_fold)

    def metrics(self) -> dict[str, float]:
        """Return the scores by name, for the manifest."""
        return {
            "accuracy": self.accuracy,
            "accuracy_std": float(np.std(self.accuracy_per_fold)),
            "log_loss": self.log_loss,
            "folds": self.folds,
        }


def cross_validate(
    pipeline: Pipeline, frame: pd.DataFrame, folds: int, seed: int, fold_done: Callable[[int, int], None]
) -> Evaluation:
    """Cross-validate a classification pipeline with stratified, shuffled folds.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted; each fold gets a clone.
    frame : pandas.DataFrame
        Raw frame with a unique index.
    folds : int
        Number of folds, at least 2. No more than the rows of the smallest class are made.
    seed : int
        Seed of the shuffling.
    fold_done : callable
        Called with the number of folds done and the number of all.

    Raises
    ------
    TrainingRefused
        There is no target, or a class has one row only.
    """
    labels = target_of(clone(pipeline), frame)
    codes = pd.factorize(labels)[0]
    splitter = StratifiedKFold(_possible_folds(labels, folds), shuffle=True, random_state=seed)
    accuracies, losses = [], []
    for done, (fitted, held_out) in enumerate(splitter.split(codes, codes), start=1):
        fold = clone(pipeline).fit(frame.loc[labels.index[fitted]])
        right, loss = _scores(fold, frame.loc[labels.index[held_out]])
        accuracies.append(float(right.mean()))
        losses.append(loss)
        fold_done(done, splitter.get_n_splits())
    return Evaluation(tuple(accuracies), float(np.concatenate(losses).mean()), len(labels))


def target_of(pipeline: Pipeline, frame: pd.DataFrame) -> Column:
    """Return the target as the pipeline's transforms make it, of the rows that they do not leave out.

    The folds are stratified by it; the scores do not see it.
    """
    for transform in transforms_of(pipeline):
        frame = transform.fit(frame).transform(frame)
    target = estimator_of(pipeline).target
    if target not in frame:
        raise TrainingRefused(f"the events have no target column {target!r}, and no step of the pipeline makes it")
    if frame.empty:
        raise TrainingRefused(f"no event has a target {target!r} to learn from")
    if frame[target].isna().any():
        raise TrainingRefused(f"{int(frame[target].isna().sum())} of {len(frame)} events have no target {target!r}")
    return frame[target]


def _possible_folds(labels: Column, folds: int) -> int:
    sizes = labels.value_counts()
    if len(sizes) < 2:
        raise TrainingRefused(f"{labels.name!r} has one class only: nothing can be learned")
    if sizes.iloc[-1] < 2:
        raise TrainingRefused(f"class {sizes.index[-1]!r} of {labels.name!r} has one row: leave it out or add events")
    return min(folds, int(sizes.iloc[-1]))


def _scores(pipeline: Pipeline, held_out: pd.DataFrame) -> tuple[NDArray[np.bool_], Numbers]:
    """Return, of each row, whether its class was found, and its loss. A class that was not learned is not found."""
    for transform in transforms_of(pipeline):
        held_out = transform.transform(held_out)
    estimator: FrameEstimator = estimator_of(pipeline)
    truth = held_out[estimator.target].to_numpy()
    probabilities = estimator.predict_proba(held_out).astype(np.float64)
    is_truth = truth[:, np.newaxis] == estimator.classes_[np.newaxis, :]
    right = is_truth[np.arange(len(truth)), probabilities.argmax(axis=1)]
    of_truth = np.where(is_truth, probabilities, 0.0).sum(axis=1)
    return right, -np.log(np.clip(of_truth, _LEAST_PROBABILITY, 1.0))
