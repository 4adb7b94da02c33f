"""Cross-validation of a whole pipeline: every fold refits the transforms too, so that nothing leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from augury.training.answering import Answerer
from augury.training.evaluation import Evaluation, Fold, Predictions
from augury.training.folds import DEFAULT_FOLDS, Folds, Split, Splits, split
from augury.training.refusal import TrainingRefused
from augury.training.stages import events_of, fit
from augury.training.truth import Truth, truth_of


def cross_validate(
    pipeline: Pipeline,
    frame: pd.DataFrame,
    folds: Folds = DEFAULT_FOLDS,
    fold_done: Callable[[int, int], None] = lambda _done, _total: None,
) -> Evaluation:
    """Cross-validate a pipeline.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted; each fold fits a clone of all of it on its own events, the step that makes the label included.
    frame : pandas.DataFrame
        Raw events, one a row. The fields that the server adds are no features, but may order or group the folds.
    folds : Folds, default DEFAULT_FOLDS
        How many and which; five shuffled ones by default.
    fold_done : callable, optional
        Called with the number of folds done and the number of all.

    Returns
    -------
    Evaluation

    Raises
    ------
    TrainingRefused
        There is no target, a class is too small, or the folds cannot be made.

    Examples
    --------
    >>> from augury.pipelines import XGBoostClassifier
    >>> frame = pd.DataFrame({"size": [1, 2, 3, 11, 12, 13] * 5, "kind": ["s", "s", "s", "l", "l", "l"] * 5})
    >>> pipeline = Pipeline([("xgb", XGBoostClassifier("kind", n_estimators=5, nthread=1))])
    >>> evaluation = cross_validate(pipeline, frame, Folds(count=3))
    >>> evaluation.mean("accuracy"), evaluation.classes
    (1.0, ('l', 's'))
    """
    frame = frame.reset_index(drop=True)
    events = events_of(frame)
    truth = truth_of(pipeline, events)
    splits = split(folds, truth, frame)
    done = []
    for fold in run_folds(pipeline, events, truth, splits.splits):
        done.append(fold)
        fold_done(len(done), len(splits.splits))
    return evaluation_of(truth, splits, done)


def run_folds(pipeline: Pipeline, events: pd.DataFrame, truth: Truth, splits: Sequence[Split]) -> Iterator[Fold]:
    """Fit and judge a clone of the pipeline for each split, one after the other as they are asked for."""
    for number, one in enumerate(splits):
        fitted = fit(pipeline, events.iloc[truth.rows[one.learned]].reset_index(drop=True))
        yield _judged(fitted, events, truth, one, number)


def evaluation_of(truth: Truth, splits: Splits, folds: Sequence[Fold]) -> Evaluation:
    """Return what the folds say together."""
    predictions = joined([fold.predictions for fold in folds])
    unanswered = sum(fold.unanswered for fold in folds)
    notes = splits.notes
    if unanswered:
        notes = (*notes, f"{unanswered} held-out events lack what the pipeline needs, and were not scored")
    return Evaluation(
        kind=truth.kind,
        classes=truth.classes,
        fold_kind=splits.kind,
        per_fold=tuple(fold.predictions.scores() for fold in folds),
        overall=predictions.scores(),
        predictions=predictions,
        rows=len(truth.rows),
        unanswered=unanswered,
        notes=notes,
        last_fold=folds[-1],
    )


def joined(parts: Sequence[Predictions]) -> Predictions:
    """Return the predictions of several folds as one."""
    together = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Predictions.__slots__}
    return Predictions(**together)


def _judged(fitted: Pipeline, events: pd.DataFrame, truth: Truth, one: Split, number: int) -> Fold:
    answerer = Answerer.learned_from(fitted, events, truth, one.learned)
    answered, answers = answerer.answer(events.iloc[truth.rows[one.held_out]])
    if len(answered) == 0:
        raise TrainingRefused(
            "the pipeline answers no held-out event: a step leaves out every record without its label"
        )
    which = one.held_out[answered]
    fold = np.full(len(which), number, dtype=np.intp)
    return Fold(
        answerer, Predictions(truth.rows[which], fold, truth.values[which], answers), len(one.held_out) - len(which)
    )
