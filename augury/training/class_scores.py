"""How good predicted probabilities are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

_LEAST_PROBABILITY = 1e-15
_CALIBRATION_BINS = 10

type Codes = NDArray[np.intp]
type Probabilities = NDArray[np.float64]


def class_scores(truth: Codes, probabilities: Probabilities) -> dict[str, float]:
    """Return the scores of probabilities, by name.

    Parameters
    ----------
    truth : numpy.ndarray of int, shape [rows]
        Position of each row's class.
    probabilities : numpy.ndarray of float, shape [rows, classes]
        Probability of each class.

    Returns
    -------
    dict of str to float
        ``accuracy``; ``balanced_accuracy``, the mean of the classes' recalls; ``f1``, the mean of the classes' F1;
        ``auc``, of two classes that of the second, else the mean of one against the rest, over the classes that can be
        told apart here; ``log_loss`` in nats; ``brier``, from 0 to 1, half the sum of squares over all classes, which
        of two classes is the usual one; ``calibration_error``, the mean distance of confidence from accuracy in ten
        bins of confidence. A score that has no meaning here, such as the AUC of rows of one class, is left out.

    Examples
    --------
    >>> scores = class_scores(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]))
    >>> {name: round(score, 3) for name, score in scores.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'accuracy': 0.667, 'balanced_accuracy': 0.75, 'f1': 0.667, 'auc': 1.0, 'log_loss': 0.415, 'brier': 0.137,
     'calibration_error': 0.3}
    """
    picked = probabilities.argmax(axis=1)
    of_truth = probabilities[np.arange(len(truth)), truth]
    hits = np.zeros_like(probabilities)
    hits[np.arange(len(truth)), truth] = 1.0
    recalls, f1s = _recalls_and_f1s(truth, picked, probabilities.shape[1])
    return {
        "accuracy": float((picked == truth).mean()),
        "balanced_accuracy": float(recalls.mean()),
        "f1": float(f1s.mean()),
        **_auc(hits, probabilities),
        "log_loss": float(-np.log(np.clip(of_truth, _LEAST_PROBABILITY, 1.0)).mean()),
        "brier": float(((probabilities - hits) ** 2).sum(axis=1).mean() / 2),
        "calibration_error": calibration_error(picked == truth, probabilities.max(axis=1)),
    }


def auc(there: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Return the area under the ROC curve, by the ranks of the scores (Mann and Whitney 1947).

    Examples
    --------
    >>> auc(np.array([True, False, True, False]), np.array([0.9, 0.1, 0.4, 0.4]))
    0.875
    """
    hits = int(there.sum())
    return float((rankdata(score)[there].sum() - hits * (hits + 1) / 2) / (hits * (len(there) - hits)))


def confusion(truth: Codes, picked: Codes, classes: int) -> NDArray[np.intp]:
    """Return how many rows of each class (rows) were taken for each class (columns)."""
    return np.bincount(truth * classes + picked, minlength=classes**2).reshape(classes, classes)


def calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    """Return the expected calibration error: |accuracy - confidence| over bins of confidence, weighted by rows."""
    bins = np.minimum((confidence * _CALIBRATION_BINS).astype(int), _CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=_CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(right))


def _recalls_and_f1s(truth: Codes, picked: Codes, classes: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the recall of each class that is there, and the F1 of each that is there or was picked."""
    table = confusion(truth, picked, classes)
    hits, there, taken = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    seen = (there + taken) > 0
    return hits[there > 0] / there[there > 0], 2 * hits[seen] / (there + taken)[seen]


def _auc(hits: NDArray[np.float64], probabilities: Probabilities) -> dict[str, float]:
    columns = [1] if hits.shape[1] == 2 else range(hits.shape[1])
    mixed = [column for column in columns if 0 < hits[:, column].sum() < len(hits)]
    if not mixed:
        return {}
    return {"auc": float(np.mean([auc(hits[:, column] > 0, probabilities[:, column]) for column in mixed]))}
