"""The drawings of a report."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from augury.training.class_scores import auc
from augury.training.evaluation import Predictions
from augury.training.report.figures import ACCENT, MUTED, SERIES
from augury.training.report.markup import shortened
from augury.training.tuning import Tuning

_MOST_POINTS = 1_500
_CURVE_POINTS = 200
_CONFIDENCE_BINS = 10

type Numbers = NDArray[np.float64]


def draw_roc(axes: Axes, predictions: Predictions, classes: tuple[str, ...]) -> None:
    """Draw the ROC curve of the second of two classes, or of each of the most frequent ones against the rest."""
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    for place, (colour, code) in enumerate(zip(SERIES, _shown_classes(predictions.truth, classes), strict=False)):
        is_class = predictions.truth == code
        score = predictions.predicted[:, code]
        if is_class.all() or not is_class.any():
            continue
        missed, found = _thinned(*roc_curve(is_class, score)[:2])
        label = f"{shortened(classes[code], 24)} ({auc(is_class, score):.3f})"
        axes.plot(missed, found, color=colour, label=label, zorder=3 - place / 10)
    axes.set(title="ROC", xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.02, 1), ylim=(0, 1.02))
    axes.set_aspect("equal")
    axes.legend(loc="lower right", title="class (AUC)", title_fontsize=8.5)


def draw_calibration(axes: Axes, predictions: Predictions, classes: tuple[str, ...]) -> None:
    """Draw how often the model is right where it is so sure; of two classes, how often the second is there."""
    binary = len(classes) == 2
    sure = predictions.predicted[:, 1] if binary else predictions.predicted.max(axis=1)
    right = predictions.truth == (1 if binary else predictions.predicted.argmax(axis=1))
    bins = np.minimum((sure * _CONFIDENCE_BINS).astype(int), _CONFIDENCE_BINS - 1)
    rows = np.bincount(bins, minlength=_CONFIDENCE_BINS)
    some = rows > 0
    said = np.bincount(bins, weights=sure, minlength=_CONFIDENCE_BINS)[some] / rows[some]
    was = np.bincount(bins, weights=right, minlength=_CONFIDENCE_BINS)[some] / rows[some]
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    axes.plot(said, was, color=ACCENT, linewidth=1.2)
    axes.scatter(said, was, s=12 + 160 * rows[some] / rows.max(), color=ACCENT, alpha=0.75, linewidth=0, zorder=3)
    what = f"probability of {shortened(classes[1], 24)}" if binary else "probability of the class that was chosen"
    axes.set(title="Calibration", xlabel=what, ylabel="how often it was so", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_aspect("equal")


def draw_predicted(axes: Axes, predictions: Predictions, seed: int) -> None:
    """Draw predicted against true numbers, of at most 1,500 events."""
    some = np.random.default_rng(seed).permutation(len(predictions.truth))[:_MOST_POINTS]
    truth, predicted = predictions.truth[some], predictions.predicted[some]
    ends = [min(truth.min(), predicted.min()), max(truth.max(), predicted.max())]
    axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle=":")
    axes.scatter(truth, predicted, s=10, color=ACCENT, alpha=0.35, linewidth=0)
    axes.set(title="Predicted and true", xlabel="true", ylabel="predicted")


def draw_residuals(axes: Axes, predictions: Predictions) -> None:
    """Draw how far predictions are off; the outermost hundredth on either side stands at the edge."""
    errors = predictions.predicted - predictions.truth
    low, high = np.quantile(errors, [0.01, 0.99])
    axes.hist(np.clip(errors, low, high), bins=40 if high > low else 1, color=ACCENT, alpha=0.75)
    axes.axvline(0, color=MUTED, linewidth=1, linestyle=":")
    axes.grid(visible=False, axis="x")
    axes.set(title="Residuals", xlabel="predicted minus true", ylabel="events")


def draw_search(axes: Axes, tuning: Tuning) -> None:
    """Draw the loss of each trial that went through, and the least so far."""
    trials, losses = np.array([one[0] + 1 for one in tuning.losses]), np.array([one[1] for one in tuning.losses])
    axes.scatter(trials, losses, s=16, color=ACCENT, alpha=0.6, linewidth=0, label="trial")
    axes.step(trials, np.minimum.accumulate(losses), where="post", color=SERIES[1], label="best so far")
    axes.set(title="Search", xlabel="trial", ylabel=tuning.metric.replace("_", " "))
    axes.legend(loc="upper right")


def _shown_classes(truth: NDArray[np.intp], classes: tuple[str, ...]) -> list[int]:
    if len(classes) == 2:
        return [1]
    most_frequent = np.argsort(-np.bincount(truth, minlength=len(classes)), kind="stable")[: len(SERIES)]
    return sorted(most_frequent.tolist())


def _thinned(missed: Numbers, found: Numbers) -> tuple[Numbers, Numbers]:
    """Return a curve of no more points than can be told apart."""
    if len(missed) <= _CURVE_POINTS:
        return missed, found
    at = np.unique(np.linspace(0, len(missed) - 1, _CURVE_POINTS).astype(int))
    return missed[at], found[at]
