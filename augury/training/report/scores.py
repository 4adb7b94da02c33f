"""The part of a report that says how good the pipeline is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from augury.training.class_scores import confusion
from augury.training.evaluation import Evaluation, Predictions
from augury.training.folds import FoldKind
from augury.training.report.curves import draw_calibration, draw_predicted, draw_residuals, draw_roc
from augury.training.report.figures import figure
from augury.training.report.markup import Content, Markup, joined, number, section, shortened, table, tag

_MOST_FOLDS = 10
_MOST_CLASSES = 15
_MOST_SIDE_BY_SIDE = 5
_OTHERS = "all others"

_FOLD_WORDS = {
    FoldKind.STRATIFIED: "stratified folds",
    FoldKind.PLAIN: "shuffled folds",
    FoldKind.TIME: "folds in the order of time",
    FoldKind.GROUPED: "folds that keep groups together",
}
SCORE_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "auc": "AUC",
    "log_loss": "log loss",
    "brier": "Brier score",
    "calibration_error": "calibration error",
    "rmse": "RMSE",
    "mae": "MAE",
    "median_error": "median error",
    "bias": "bias",
    "r2": "R²",
    "mape": "MAPE",
}
"""What a person calls each score."""


def scores_section(evaluation: Evaluation) -> Markup:
    """Return the scores of each fold and of all."""
    shown = range(min(evaluation.folds, _MOST_FOLDS))
    header = ["score", "mean of folds", "spread", "all events", *(f"fold {place + 1}" for place in shown)]
    rows = ([SCORE_NAMES[name], *_score_cells(evaluation, name, len(shown))] for name in evaluation.names)
    note = f"{evaluation.folds} {_FOLD_WORDS[evaluation.fold_kind]}; every fold fits the whole pipeline anew."
    return section(
        "Scores", tag("p", " ".join([note, *_sentences(evaluation.notes)])), table(header, rows, class_="numbers")
    )


def predictions_section(evaluation: Evaluation, seed: int) -> Markup:
    """Return what was predicted of the events that were held out, drawn."""
    predictions = evaluation.predictions
    if evaluation.kind == "regression":
        drawings = [
            figure("predicted", lambda axes: draw_predicted(axes, predictions, seed)),
            figure("residuals", lambda axes: draw_residuals(axes, predictions)),
        ]
        return section("Predictions", tag("div", *drawings, class_="figures"))
    drawings = [
        figure("roc", lambda axes: draw_roc(axes, predictions, evaluation.classes)),
        figure("calibration", lambda axes: draw_calibration(axes, predictions, evaluation.classes)),
    ]
    return joined([_classes_section(evaluation), section("Curves", tag("div", *drawings, class_="figures"))])


def _score_cells(evaluation: Evaluation, name: str, folds: int) -> Iterator[str]:
    yield number(evaluation.mean(name))
    yield f"± {number(evaluation.spread(name))}"
    yield number(evaluation.overall[name]) if name in evaluation.overall else "—"
    for scores in evaluation.per_fold[:folds]:
        yield number(scores[name]) if name in scores else "—"


def _sentences(notes: tuple[str, ...]) -> list[str]:
    return [f"{note[:1].upper()}{note[1:]}." for note in notes]


def _classes_section(evaluation: Evaluation) -> Markup:
    names, counts = _merged(evaluation.predictions, evaluation.classes)
    explained = "Rows are what events are, columns what they were taken for, while they were held out."
    layout = "pair" if len(names) <= _MOST_SIDE_BY_SIDE else "stack"
    tables = tag("div", _matrix(names, counts), _per_class(names, counts), class_=layout)
    return section("Classes", tag("p", explained), tables)


def _merged(predictions: Predictions, classes: tuple[str, ...]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the confusion of classes; all but the most frequent ones as one."""
    counts = confusion(predictions.truth, predictions.predicted.argmax(axis=1), len(classes))
    if len(classes) <= _MOST_CLASSES:
        return list(classes), counts
    frequent = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: _MOST_CLASSES - 1])
    place = np.full(len(classes), _MOST_CLASSES - 1)
    place[frequent] = np.arange(len(frequent))
    merged = np.zeros((_MOST_CLASSES, _MOST_CLASSES), dtype=counts.dtype)
    np.add.at(merged, (place[:, np.newaxis], place[np.newaxis, :]), counts)
    return [*(classes[code] for code in frequent), _OTHERS], merged


def _matrix(names: list[str], counts: NDArray[np.intp]) -> Markup:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    head = tag("tr", tag("th", ""), *(tag("th", tag("span", shortened(name, 18)), title=name) for name in names))
    rows = (
        tag("tr", tag("th", shortened(name, 24), title=name), *map(_cell, counts[row], shares[row]))
        for row, name in enumerate(names)
    )
    return tag("div", tag("table", tag("thead", head), tag("tbody", *rows), class_="confusion"), class_="wide")


def _cell(count: int, share: float) -> Markup:
    strong = {"class": "strong"} if share > 0.55 else {}
    return tag("td", f"{count:,}" if count else "·", style=f"--share: {share:.3f}", title=f"{share:.1%}", **strong)


def _per_class(names: list[str], counts: NDArray[np.intp]) -> Markup:
    rows: list[list[Content]] = []
    for code, name in enumerate(names):
        if name == _OTHERS and code == _MOST_CLASSES - 1:
            continue
        hits, there, taken = int(counts[code, code]), int(counts[code].sum()), int(counts[:, code].sum())
        rows.append([
            shortened(name, 32), f"{there:,}", _share(hits, there), _share(hits, taken), _share(2 * hits, there + taken)
        ])  # fmt: skip
    return table(["class", "events", "recall", "precision", "F1"], rows, class_="numbers")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "—"
