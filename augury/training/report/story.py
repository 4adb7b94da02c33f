"""What a report tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from augury.artifacts import Manifest
from augury.pipelines import ParityReport
from augury.training.evaluation import Evaluation
from augury.training.importance import Importance
from augury.training.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Story:
    """A training, as its report tells it.

    Parameters
    ----------
    manifest : Manifest
        The artifact's; the digests of its files may still be open.
    evaluation : Evaluation
        The cross-validation.
    tuning : Tuning, optional
        The search for parameters, if there was one.
    parity : ParityReport
        Plan and model against the fitted pipeline.
    importances : tuple of Importance
        What each field is worth, the greatest first.
    events : pandas.DataFrame
        What was trained on, without the fields that the server adds.
    seconds : mapping of str to float
        How long each stage took.
    shows_values : bool, default True
        Whether to show frequent values and ranges of the data.
    """

    manifest: Manifest
    evaluation: Evaluation
    tuning: Tuning | None
    parity: ParityReport
    importances: tuple[Importance, ...]
    events: pd.DataFrame
    seconds: Mapping[str, float]
    shows_values: bool = True
