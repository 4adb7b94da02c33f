"""A target may stand in an object beside features, but no feature may hold it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PowerTransformer

from augury.pipelines import (
    ExcludeFeaturesTransform,
    FeatureIdTransform,
    ListFeaturesTransform,
    PathTransform,
    SklearnTransform,
    TargetLeaks,
    XGBoostClassifier,
    label_fields,
    servable,
)
from augury.training import Folds, cross_validate

EVENTS = pd.DataFrame(
    {"user": [{"plan": ["free", "paid"][row % 2], "age": row, "pet": "ab"[row % 2]} for row in range(40)]}
)
PATHS = PathTransform(["user.plan", "user.age", "user.pet"], drop_objects=False)


def pipeline(*steps: Any, readable: str | None = "user.plan") -> Pipeline:
    model = XGBoostClassifier("planId", readable, excluded=["user"], n_estimators=2, nthread=1)
    label = FeatureIdTransform("user.plan", "planId")
    return Pipeline([*((f"step{at}", step) for at, step in enumerate([PATHS, label, *steps])), ("model", model)])


def test_a_target_in_an_object_lets_its_other_values_be_features() -> None:
    found = servable(pipeline().fit(EVENTS), EVENTS)
    assert (found.lane, found.inputs.names, found.classes) == ("plan", ("user",), ("free", "paid"))


def test_an_object_that_holds_more_than_the_target_is_no_label() -> None:
    assert label_fields(pipeline().fit(EVENTS)) == {"planId", "user.plan"}


def test_the_other_values_of_the_object_are_there_to_be_judged_by() -> None:
    assert cross_validate(pipeline(), EVENTS, Folds(count=2, seed=0)).mean("accuracy") == 1.0


POWER = SklearnTransform(["user.age"], output_features_prefix="p", transformer=PowerTransformer())


@pytest.mark.parametrize(
    ("leaking", "field"),
    [
        (pipeline(readable=None), r"user\.plan"),
        (pipeline(ListFeaturesTransform("user")), "user"),
        (pipeline(POWER, readable=None), r"user\.plan"),
    ],
    ids=["the target's own path", "the object around it", "in the pandas lane"],
)
def test_a_feature_that_holds_the_target_is_refused_by_its_path(leaking: Pipeline, field: str) -> None:
    with pytest.raises(TargetLeaks, match=f"the target 'planId' is made from '{field}', which is a feature too"):
        servable(leaking.fit(EVENTS), EVENTS)


def test_in_the_pandas_lane_the_other_values_are_asked_for_too() -> None:
    found = servable(pipeline(POWER, ExcludeFeaturesTransform(["user.pet"])).fit(EVENTS), EVENTS)
    assert (found.lane, found.inputs.names) == ("pandas", ("user",))
