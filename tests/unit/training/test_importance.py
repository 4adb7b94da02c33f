"""What a pipeline relies on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from augury.pipelines import XGBoostClassifier
from augury.training import Folds, cross_validate, importances


def test_what_decides_is_worth_more_than_what_does_not_and_shuffling_noise_costs_nothing() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"deciding": random.normal(size=200), "noise": random.normal(size=200), "constant": 1.0})
    frame["label"] = np.where(frame["deciding"] > 0, "up", "down")
    pipeline = Pipeline([("xgb", XGBoostClassifier("label", n_estimators=20, nthread=1))])
    evaluation = cross_validate(pipeline, frame, Folds(3))
    fields = ("constant", "noise", "deciding", "missing")
    found = importances(evaluation, frame, fields, seed=0)
    assert found[0].field == "deciding"
    assert found[0].loss > 1
    assert {one.field: one.loss for one in found}["constant"] == 0
    assert abs({one.field: one.loss for one in found}["noise"]) < 0.1
    assert found == importances(evaluation, frame, fields, seed=0)
