"""How good predicted numbers are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST_SHARE_OF_MEAN = 0.01

type Numbers = NDArray[np.float64]


def number_scores(truth: Numbers, predicted: Numbers) -> dict[str, float]:
    """Return the scores of predicted numbers, by name.

    Parameters
    ----------
    truth, predicted : numpy.ndarray of float, shape [rows]
        In the target's unit.

    Returns
    -------
    dict of str to float
        ``rmse``, ``mae``, ``median_error`` (absolute) and ``bias`` (mean of predicted minus true) in the target's unit;
        ``r2``, unless all targets are equal; ``mape``, a fraction, unless a target is nearer to 0 than a hundredth of
        the mean target, where a relative error says nothing.

    Examples
    --------
    >>> scores = number_scores(np.array([10.0, 20.0, 30.0]), np.array([11.0, 20.0, 27.0]))
    >>> {name: round(score, 3) for name, score in scores.items()}
    {'rmse': 1.826, 'mae': 1.333, 'median_error': 1.0, 'bias': -0.667, 'r2': 0.95, 'mape': 0.067}
    """
    errors = predicted - truth
    scores = {
        "rmse": float(np.sqrt((errors**2).mean())),
        "mae": float(np.abs(errors).mean()),
        "median_error": float(np.median(np.abs(errors))),
        "bias": float(errors.mean()),
    }
    spread = float(((truth - truth.mean()) ** 2).sum())
    if spread > 0:
        scores["r2"] = 1 - float((errors**2).sum()) / spread
    sizes = np.abs(truth)
    if sizes.min() > _LEAST_SHARE_OF_MEAN * sizes.mean():
        scores["mape"] = float((np.abs(errors) / sizes).mean())
    return scores
