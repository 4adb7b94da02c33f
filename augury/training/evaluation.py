"""How well a pipeline predicts events that it was not fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from augury.artifacts import Kind
from augury.training.answering import Answerer
from augury.training.class_scores import class_scores
from augury.training.folds import FoldKind
from augury.training.number_scores import number_scores

type Positions = NDArray[np.intp]
type Scores = Mapping[str, float]

MAIN_METRIC: dict[Kind, str] = {"classification": "accuracy", "regression": "rmse"}
"""The score that a person asks for first."""

LOSS: dict[Kind, str] = {"classification": "log_loss", "regression": "rmse"}
"""The score that tuning makes small and that a field's importance is measured in."""

HIGHER_IS_BETTER = frozenset({"accuracy", "balanced_accuracy", "f1", "auc", "r2"})
"""Scores of which more is better; of all others, less is."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """What was predicted of events that were held out.

    Parameters
    ----------
    rows : numpy.ndarray of int, shape [n]
        Positions of the events in the frame.
    fold : numpy.ndarray of int, shape [n]
        Which fold held each out, from 0.
    truth : numpy.ndarray, shape [n]
        Positions of classes, or numbers.
    predicted : numpy.ndarray of float, shape [n, classes] or [n]
        Probabilities, or numbers.
    """

    rows: Positions
    fold: Positions
    truth: NDArray[Any]
    predicted: NDArray[np.float64]

    def scores(self) -> dict[str, float]:
        """Return the scores by name; see :func:`class_scores` and :func:`number_scores`."""
        score = class_scores if self.predicted.ndim == 2 else number_scores
        return score(self.truth, self.predicted)


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold, done.

    Parameters
    ----------
    answerer : Answerer
        The pipeline, fitted on the fold's other events.
    predictions : Predictions
        What it predicts of those that were held out.
    unanswered : int
        Held-out events that it leaves out.
    """

    answerer: Answerer
    predictions: Predictions
    unanswered: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of a cross-validation.

    Parameters
    ----------
    kind : {"classification", "regression"}
        What is predicted.
    classes : tuple of str
        Readable names of the classes; empty for a regression.
    fold_kind : FoldKind
        How events were dealt out to the folds.
    per_fold : tuple of mapping of str to float
        Scores of each fold by name.
    overall : mapping of str to float
        Scores of all held-out events together.
    predictions : Predictions
        Those events, and what was predicted.
    rows : int
        Events that can be learned from: those with a target.
    unanswered : int
        Held-out events that the pipeline leaves out instead of answering; no score counts them.
    notes : tuple of str
        What is not as it was asked for, and why.
    last_fold : Fold
        The fold that was done last, for looking closer at what its pipeline relies on.
    """

    kind: Kind
    classes: tuple[str, ...]
    fold_kind: FoldKind
    per_fold: tuple[Scores, ...]
    overall: Scores
    predictions: Predictions
    rows: int
    unanswered: int
    notes: tuple[str, ...]
    last_fold: Fold

    @property
    def folds(self) -> int:
        """Number of folds; notes say why there may be fewer than asked for."""
        return len(self.per_fold)

    def of_each_fold(self, metric: str) -> list[float]:
        """Return a score of each fold in which it has a meaning."""
        return [scores[metric] for scores in self.per_fold if metric in scores]

    def mean(self, metric: str) -> float:
        """Return the mean of the folds' scores."""
        return float(np.mean(self.of_each_fold(metric)))

    def spread(self, metric: str) -> float:
        """Return the standard deviation of the folds' scores."""
        return float(np.std(self.of_each_fold(metric)))

    @property
    def names(self) -> list[str]:
        """Names of the scores that at least one fold has."""
        return list(dict.fromkeys(name for scores in self.per_fold for name in scores))

    def metrics(self) -> dict[str, float]:
        """Return, for the manifest, each score's mean over the folds and, as ``…_std``, its standard deviation."""
        means = {name: self.mean(name) for name in self.names}
        return means | {f"{name}_std": self.spread(name) for name in self.names} | {"folds": self.folds}
