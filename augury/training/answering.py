"""A fitted pipeline that answers raw events as it would be asked to: without their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from augury.pipelines import label_fields
from augury.training.stages import predicted, rows_of, transformed
from augury.training.truth import Truth, classes_in

type Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Answerer:
    """A pipeline that was fitted on some of the events, and how its answers compare with the truth.

    Parameters
    ----------
    fitted : sklearn.pipeline.Pipeline
        The pipeline.
    labels : frozenset of str
        Raw fields that the target is made from, which it is not shown.
    classes : numpy.ndarray of int, optional
        Of each class that it has learned, its position among all classes, -1 for none; None for a regression.
    width : int
        Number of all classes.
    """

    fitted: Pipeline
    labels: frozenset[str]
    classes: Positions | None
    width: int

    @classmethod
    def learned_from(cls, fitted: Pipeline, events: pd.DataFrame, truth: Truth, learned: Positions) -> Answerer:
        """Return a pipeline, fitted on some of the events, as one that answers in the terms of the truth."""
        known = classes_in(fitted, events, truth, learned) if truth.kind == "classification" else None
        return cls(fitted, frozenset(label_fields(fitted)), known, len(truth.classes))

    def answer(self, events: pd.DataFrame) -> tuple[Positions, NDArray[np.float64]]:
        """Return the positions of the events that are answered, and probabilities of all classes, or numbers."""
        records = events.drop(columns=list(self.labels), errors="ignore").reset_index(drop=True)
        given = transformed(self.fitted, records)
        rows = rows_of(given, len(records))
        return rows, self._in_order(predicted(self.fitted, given)) if len(rows) else np.empty((0, self.width))

    def _in_order(self, answers: NDArray[Any]) -> NDArray[np.float64]:
        """Return probabilities by the position of the class; a class that was not learned has none."""
        if self.classes is None:
            return answers
        ordered: NDArray[Any] = np.zeros((len(answers), self.width))
        for column, position in enumerate(self.classes):
            if position >= 0:
                ordered[:, position] += answers[:, column]
        return ordered
