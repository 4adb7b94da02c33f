"""Cross-validation of a whole pipeline."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, FeatureIdTransform, XGBoostClassifier
from augury.training import FoldKind, Folds, TrainingRefused, cross_validate
from augury.training.cross_validation import run_folds
from augury.training.folds import split
from augury.training.truth import truth_of
from training import iris_xgboost

IRIS = pd.DataFrame(iris_xgboost.example_events())


class Witness(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Remembers which rows it was fitted on, and which columns it was shown when it was asked."""

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803
        self.seen_ = set(X["row"])
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        self.asked_ = [*getattr(self, "asked_", []), (set(X["row"]), set(X.columns))]
        return X


def labelled(*, readable: bool = True, **parameters: Any) -> Pipeline:
    return Pipeline(
        [
            ("ids", FeatureIdTransform("name", "id", **parameters)),
            ("auto", AutoTransform(exclude=["id", "name"])),
            (
                "xgb",
                XGBoostClassifier("id", "name" if readable else None, excluded=["name"], n_estimators=5, nthread=1),
            ),
        ]
    )


def test_every_fold_refits_the_whole_pipeline_and_never_sees_what_it_is_judged_by() -> None:
    frame = IRIS.assign(row=range(150))
    xgb = XGBoostClassifier("name", excluded=["row"], n_estimators=2, nthread=1)
    pipeline = Pipeline([("witness", Witness()), ("xgb", xgb)])
    truth = truth_of(pipeline, frame)
    for fold in run_folds(pipeline, frame, truth, split(Folds(3), truth, frame).splits):
        witness = fold.answerer.fitted.named_steps["witness"]
        held_out = set(fold.predictions.rows.tolist())
        assert not witness.seen_ & held_out
        assert len(witness.seen_ | held_out) == 150
        ((_, columns),) = [one for one in witness.asked_ if one[0] == held_out]
        assert "name" not in columns  # a record to predict has no label


@pytest.mark.parametrize("readable", [True, False])
def test_a_label_step_that_numbers_classes_otherwise_in_a_fold_confuses_nobody(readable: bool) -> None:
    """The ids go by frequency, and with nearly equal classes the most frequent one differs from fold to fold."""
    name = np.array(["a", "b"] * 10 + ["b"])
    frame = pd.DataFrame({"size": np.where(name == "a", 1.0, 9.0), "name": name})
    evaluation = cross_validate(labelled(readable=readable), frame, Folds(7, FoldKind.PLAIN, seed=1))
    assert evaluation.mean("accuracy") == 1.0
    assert len(evaluation.predictions.rows) == 21


def test_each_event_is_held_out_once_and_its_fold_is_known() -> None:
    evaluation = cross_validate(labelled(), IRIS, Folds(5))
    predictions = evaluation.predictions
    assert sorted(predictions.rows) == list(range(150))
    assert np.bincount(predictions.fold).tolist() == [30] * 5
    assert predictions.predicted.shape == (150, 3)
    assert [evaluation.classes[code] for code in predictions.truth] == IRIS["name"].iloc[predictions.rows].tolist()


def test_scores_are_told_per_fold_overall_and_with_their_spread() -> None:
    evaluation = cross_validate(labelled(), IRIS, Folds(3))
    metrics = evaluation.metrics()
    assert metrics["folds"] == len(evaluation.per_fold) == 3
    assert metrics["accuracy"] == pytest.approx(np.mean(evaluation.of_each_fold("accuracy")))
    assert metrics["accuracy_std"] == pytest.approx(np.std(evaluation.of_each_fold("accuracy")))
    assert evaluation.overall["accuracy"] == pytest.approx(evaluation.mean("accuracy"), abs=1e-9)


def test_a_class_that_a_fold_could_not_learn_counts_as_missed() -> None:
    frame = pd.concat([IRIS.iloc[:100], IRIS.iloc[149:]])
    evaluation = cross_validate(labelled(exclude_missing=True), frame, Folds(2, FoldKind.PLAIN))
    (rare,) = np.flatnonzero(evaluation.predictions.truth == evaluation.classes.index("Iris-virginica"))
    assert evaluation.predictions.predicted[rare, 2] == 0.0
    assert evaluation.predictions.predicted[rare].sum() == pytest.approx(1.0, abs=1e-6)


def test_folds_may_follow_a_time_that_is_no_feature() -> None:
    frame = IRIS.sample(frac=1, random_state=0).assign(timestamp=range(150))
    evaluation = cross_validate(labelled(), frame, Folds(4, FoldKind.TIME))
    assert evaluation.fold_kind is FoldKind.TIME
    assert sorted(evaluation.predictions.rows) == list(range(30, 150))


def test_a_search_result_is_the_same_again() -> None:
    first, again = (cross_validate(labelled(), IRIS, Folds(3, seed=4)).metrics() for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (IRIS.drop(columns="name"), "no target column 'id'"),
        (IRIS.assign(name=None), "no event has a target 'id'"),
        (IRIS.assign(name="one"), "one class only, 'one'"),
    ],
)
def test_events_that_nothing_can_be_learned_from_are_refused(frame: pd.DataFrame, reason: str) -> None:
    with pytest.raises(TrainingRefused, match=reason):
        cross_validate(labelled(exclude_missing=True), frame)


def test_a_raw_target_with_nulls_is_refused_with_their_number() -> None:
    frame = IRIS.assign(name=IRIS["name"].where(IRIS.index > 3))
    pipeline = Pipeline([("xgb", XGBoostClassifier("name", n_estimators=2, nthread=1))])
    with pytest.raises(TrainingRefused, match="4 of 150 events have no target 'name'"):
        cross_validate(pipeline, frame)
