"""What a pipeline relies on: how much worse it gets when one field of the events is shuffled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from augury.training.answering import Answerer
from augury.training.evaluation import LOSS, Evaluation, Predictions

MOST_FIELDS = 100
"""Fields that are looked at; each costs some predictions."""

_MOST_ROWS = 1_000
_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Importance:
    """What one field is worth.

    Parameters
    ----------
    field : str
        Name of the raw field.
    loss : float
        By how much the loss grows without what the field says: log loss in nats, or RMSE in the target's unit.
    spread : float
        Standard deviation of that over the repetitions.
    """

    field: str
    loss: float
    spread: float


def importances(evaluation: Evaluation, events: pd.DataFrame, fields: tuple[str, ...], seed: int) -> list[Importance]:
    """Return the permutation importance of fields (Breiman 2001), the greatest first.

    It is measured on the last fold: on events that the pipeline was not fitted on, up to 1,000 of them, each field
    shuffled three times.

    Parameters
    ----------
    evaluation : Evaluation
        A cross-validation.
    events : pandas.DataFrame
        The raw events that it was of.
    fields : tuple of str
        What the pipeline reads; the first 100 are looked at.
    seed : int
        Seed of the shuffling.
    """
    random = np.random.default_rng(seed)
    held_out = evaluation.last_fold.predictions
    some = np.sort(random.permutation(len(held_out.rows))[:_MOST_ROWS])
    sample, truth = events.iloc[held_out.rows[some]].reset_index(drop=True), held_out.truth[some]
    metric, answerer = LOSS[evaluation.kind], evaluation.last_fold.answerer
    whole = _loss(answerer, sample, truth, metric)
    found = []
    for field in [name for name in fields if name in sample][:MOST_FIELDS]:
        worse = [
            _loss(answerer, sample.assign(**{field: _shuffled(sample[field], random)}), truth, metric) - whole
            for _ in range(_REPEATS)
        ]
        found.append(Importance(field, float(np.mean(worse)), float(np.std(worse))))
    return sorted(found, key=lambda one: -one.loss)


def _loss(answerer: Answerer, sample: pd.DataFrame, truth: np.ndarray, metric: str) -> float:
    rows, answers = answerer.answer(sample)
    return Predictions(rows, np.zeros_like(rows), truth[rows], answers).scores()[metric]


def _shuffled(column: pd.Series, random: np.random.Generator) -> pd.Series:
    return column.iloc[random.permutation(len(column))].set_axis(column.index)
