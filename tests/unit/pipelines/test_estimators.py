"""Every estimator on every awkward frame: it answers, and so does what serves it, alike."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    StackingRegressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from augury.pipelines import (
    FrameEstimator,
    NotCompilable,
    SKLearnClassifier,
    SKLearnRegressor,
    UnfitColumn,
    XGBoostClassifier,
    XGBoostRegressor,
)
from tests.unit.pipelines.serving import assert_served_alike, run

XGBOOST: dict[str, Any] = {"n_estimators": 12, "nthread": 1}
ESTIMATORS: list[FrameEstimator] = [
    XGBoostClassifier("label", **XGBOOST),
    XGBoostClassifier("label", enable_categorical=True, early_stopping_rounds=3, **XGBOOST),
    XGBoostRegressor("label", **XGBOOST),
    XGBoostRegressor("label", enable_categorical=True, early_stopping_rounds=3, **XGBOOST),
    *(
        SKLearnClassifier("label", clf=clf)
        for clf in [
            LogisticRegression(),
            SGDClassifier(loss="log_loss", random_state=0),
            DecisionTreeClassifier(random_state=0),
            RandomForestClassifier(8, random_state=0),
            ExtraTreesClassifier(8, random_state=0),
            GradientBoostingClassifier(n_estimators=8, random_state=0),
            AdaBoostClassifier(n_estimators=5, random_state=0),
            BaggingClassifier(n_estimators=4, random_state=0),
            StackingClassifier(
                [
                    ("tree", DecisionTreeClassifier(random_state=0)),
                    ("forest", RandomForestClassifier(4, random_state=0)),
                ],
                cv=2,
            ),
            KNeighborsClassifier(3),
            GaussianNB(),
            LinearDiscriminantAnalysis(),
            MLPClassifier((4,), max_iter=20, random_state=0),
            CalibratedClassifierCV(LinearSVC(random_state=0), cv=2),
        ]
    ),
    *(
        SKLearnRegressor("label", clf=clf)
        for clf in [
            Ridge(),
            RandomForestRegressor(8, random_state=0),
            GradientBoostingRegressor(n_estimators=8, random_state=0),
            BaggingRegressor(n_estimators=4, random_state=0),
            StackingRegressor([("linear", Ridge()), ("near", KNeighborsRegressor(3))], cv=2),
            KNeighborsRegressor(3),
        ]
    ),
]


def name(estimator: FrameEstimator) -> str:
    inner = type(estimator.get_params().get("clf")).__name__
    return f"{type(estimator).__name__}-{inner}-{estimator.get_params().get('enable_categorical')}"


every_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=name)


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    """scikit-learn warns of what these frames are meant to be: too small, constant, not converging."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="sklearn")
        warnings.filterwarnings("ignore", category=RuntimeWarning)
        yield


def events(rows: int = 40) -> pd.DataFrame:
    random = np.random.default_rng(5)
    size, weight = random.normal(size=rows), random.normal(size=rows).round(1)
    colour = random.choice(["rot", "grün", "blau"], rows)
    return pd.DataFrame(
        {
            "size": size,
            "weight": weight,
            "colour": colour,
            "big": size > 1,
            "label": (size + (colour == "rot") > 0.3).astype(int),
        }
    )


def fitted(estimator: FrameEstimator, frame: pd.DataFrame | None = None) -> FrameEstimator:
    found: FrameEstimator = clone(estimator).fit(events() if frame is None else frame)
    return found


AWKWARD = pd.DataFrame(
    [
        {"size": 1e300, "weight": -1e300, "colour": "未知", "big": True},
        {"size": 5e-324, "weight": -0.0, "colour": "", "big": False},
        {"size": None, "weight": None, "colour": None, "big": None},
        {"size": 3.4e38, "weight": -3.5e38, "colour": "ROT", "big": None},
    ]
)


@every_estimator
def test_it_answers_awkward_records_as_what_serves_it_does(estimator: FrameEstimator) -> None:
    found = fitted(estimator)
    linear = isinstance(estimator, SKLearnRegressor) and isinstance(estimator.clf, Ridge)
    assert_served_alike(found, events())
    assert_served_alike(found, AWKWARD.iloc[1:3] if linear else AWKWARD)


@every_estimator
def test_columns_are_known_by_name_and_absent_ones_are_missing(estimator: FrameEstimator) -> None:
    found = fitted(estimator)
    expected = found.scores(events())
    shuffled = events()[["big", "colour", "weight", "size"]].assign(extra="x")
    assert (found.scores(shuffled) == expected).all()
    nulls = events().assign(size=None, colour=None)
    assert (found.scores(events()[["weight", "big"]]) == found.scores(nulls)).all()
    assert_served_alike(found, events()[["weight"]])


@every_estimator
def test_an_empty_frame_and_a_frame_of_one_row_are_answered(estimator: FrameEstimator) -> None:
    found = fitted(estimator)
    assert len(found.scores(events().iloc[:0])) == 0
    assert len(found.predict(events().iloc[:0])) == 0
    (one,) = found.scores(events().iloc[3:4])
    assert one == pytest.approx(found.scores(events())[3], rel=1e-6, abs=1e-9)


@every_estimator
def test_it_learns_from_columns_that_say_nothing(estimator: FrameEstimator) -> None:
    frame = events().assign(
        null=None,
        constant=7,
        twin=events()["size"],
        mixed=pd.Series([1, "1", True, None, "ü"] * 8, dtype=object),
        huge=np.linspace(-1e308, 1e308, 40) if not _squares(estimator) else 0.0,
        tiny=np.linspace(0, 1e-310, 40),
    )
    assert_served_alike(fitted(estimator, frame), frame)


def _squares(estimator: FrameEstimator) -> bool:
    """Whether it computes with squares or products, which a column of huge numbers makes infinite."""
    clf = estimator.get_params().get("clf")
    trees = DecisionTreeClassifier | RandomForestClassifier | ExtraTreesClassifier | AdaBoostClassifier
    return not isinstance(clf, trees | RandomForestRegressor | None)


@every_estimator
def test_it_is_a_scikit_learn_estimator(estimator: FrameEstimator) -> None:
    assert is_classifier(estimator) == (estimator.kind == "classification")
    assert is_regressor(estimator) == (estimator.kind == "regression")
    before = repr(clone(estimator).get_params())
    frame = events()
    found = fitted(estimator, frame)
    assert repr(estimator.get_params()) == before
    assert frame.equals(events())
    assert found.score(events(), events()["label"]) > 0.3
    assert found.feature_names_in_.tolist() == ["size", "weight", "colour", "big"]
    with pytest.raises(NotFittedError):
        clone(estimator).predict(events())


@every_estimator
def test_lists_are_refused_by_the_name_of_their_column(estimator: FrameEstimator) -> None:
    with pytest.raises(UnfitColumn, match="'tags'"):
        clone(estimator).fit(events().assign(tags=pd.Series([["a", 1]] * 40, dtype=object)))


def test_a_date_is_the_text_that_json_carries() -> None:
    dates = pd.Series(pd.to_datetime(["2026-01-01", "2026-07-01"] * 20))
    found = XGBoostClassifier("label", **XGBOOST).fit(events().assign(at=dates))
    assert found.to_plan().vector[-2:] == ("at=2026-01-01T00:00:00", "at=2026-07-01T00:00:00")


def test_a_missing_number_is_zero_to_scikit_learn_and_missing_to_xgboost() -> None:
    frame = events().assign(label=[0, 1] * 20, size=[np.nan, 1.0] * 20)[["size", "label"]]
    blank, zero = pd.DataFrame({"size": [None]}), pd.DataFrame({"size": [0.0]})
    linear = SKLearnRegressor("label", clf=Ridge()).fit(frame)
    assert linear.predict(blank) == linear.predict(zero)
    trees = XGBoostRegressor("label", min_child_weight=0, **XGBOOST).fit(frame.assign(size=[np.nan, 0.0] * 20))
    assert trees.predict(blank) != trees.predict(zero)


@every_estimator
def test_the_target_may_be_given_beside_the_frame(estimator: FrameEstimator) -> None:
    beside = clone(estimator).fit(events().drop(columns="label"), events()["label"].tolist())
    assert (beside.scores(events()) == fitted(estimator).scores(events())).all()


@every_estimator
def test_what_cannot_be_learned_is_refused_with_its_reason(estimator: FrameEstimator) -> None:
    for frame, reason in [
        (events().drop(columns="label"), "no target column 'label'"),
        (events().assign(label=pd.Series([None, *[0, 1] * 19, 1])), "missing in 1 of 40 rows"),
        (events().iloc[:0], "one class only|no row to learn from"),
        (events()[["label"]], "no feature is left"),
    ]:
        with pytest.raises(ValueError, match=reason):
            fitted(estimator, frame)


@pytest.mark.parametrize("values", [["a", "b"], [1.0, float("inf")], [True, False]])
def test_a_regression_needs_finite_numbers(values: list[Any]) -> None:
    with pytest.raises(ValueError, match="no finite numbers"):
        fitted(SKLearnRegressor("label", clf=Ridge()), events().assign(label=values * 20))


def test_class_ids_are_those_of_the_target_and_names_those_beside_it() -> None:
    frame = events().assign(label=events()["label"].map({0: 9, 1: 4}), name=events()["label"].map({0: "no", 1: "ja"}))
    classifier = SKLearnClassifier("label", "name", clf=LogisticRegression()).fit(frame)
    assert classifier.classes_.tolist() == [4, 9]
    assert classifier.class_names == ("ja", "no")
    assert set(classifier.predict(frame)) <= {4, 9}


def test_a_classifier_without_probabilities_is_refused() -> None:
    with pytest.raises(ValueError, match="SVC has no predict_proba"):
        fitted(SKLearnClassifier("label", clf=SVC()))


@pytest.mark.parametrize("clf", [HistGradientBoostingClassifier(max_iter=3), GaussianProcessClassifier()])
def test_an_estimator_without_an_onnx_form_says_so(clf: Any) -> None:
    found = fitted(SKLearnClassifier("label", clf=clf))
    with pytest.raises(NotCompilable, match=f"{type(clf).__name__} has no ONNX form: "):
        found.to_onnx()


@pytest.mark.parametrize(
    "clf",
    [
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(8, random_state=0),
        ExtraTreesClassifier(8, random_state=0),
        GradientBoostingClassifier(n_estimators=8, random_state=0),
    ],
)
def test_a_number_on_a_threshold_goes_the_way_that_it_goes_in_the_fitted_trees(clf: Any) -> None:
    found = fitted(SKLearnClassifier("label", clf=clf))
    rows = []
    for column, thresholds in found.thresholds().items():
        for threshold in np.array(thresholds, dtype=np.float32):
            for value in (np.nextafter(threshold, -np.inf), threshold, np.nextafter(threshold, np.inf)):
                rows.append(found._matrix(events().iloc[:1])[0].copy())
                rows[-1][column] = value
    matrix = np.array(rows, dtype=np.float32)
    assert len(matrix) >= 9
    assert run(found.to_onnx(), found.kind, matrix) == pytest.approx(found.model_.predict_proba(matrix), abs=1e-6)
