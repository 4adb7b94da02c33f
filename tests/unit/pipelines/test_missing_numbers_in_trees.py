"""Trees of scikit-learn send a missing number where training sent it, as ONNX too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from augury.pipelines import servable


@pytest.mark.parametrize("trained_with_missing", [True, False])
@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(max_depth=5, random_state=0),
        RandomForestClassifier(5, random_state=0),
        ExtraTreesClassifier(5, random_state=0),
        DecisionTreeRegressor(max_depth=5, random_state=0),
        RandomForestRegressor(5, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_rows_with_missing_numbers_are_answered_alike(estimator: Any, trained_with_missing: bool) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(200, 3)), columns=["a", "b", "c"])
    holes = frame.mask(pd.DataFrame(generator.random(frame.shape) < 0.2, columns=frame.columns))
    target = (holes["a"].fillna(2) > frame["b"]).astype(int)
    pipeline = Pipeline([("estimator", estimator)]).fit(holes if trained_with_missing else frame, target)
    found = servable(pipeline, holes)
    assert (found.lane, found.lane_reason) == ("plan", None)
    assert found.parity.unanswered_rows < 20  # numbers that have no float32
