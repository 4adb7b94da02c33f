"""Pipelines of any make, and the plan and model that they become."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

from augury.pipelines import (
    AutoTransform,
    NotCompilable,
    SKLearnRegressor,
    XGBoostClassifier,
    compile_pipeline,
    records_of,
)
from augury.plans import Unanswerable
from tests.unit.pipelines.serving import run

FEATURES = ["age", "city", "income", "note"]


def events(rows: int = 60) -> pd.DataFrame:
    random = np.random.default_rng(2)
    age, income = random.normal(40, 10, rows), random.normal(size=rows)
    age[::7] = np.nan
    city = random.choice(["oslo", "rome", "forlì"], rows)
    note = random.choice(["good bread", "no bread", "", "bröd och smör"], rows)
    label = np.where(income + (city == "oslo") > 0.5, "yes", "no")
    return pd.DataFrame({"age": age, "city": city, "income": income, "note": note, "label": label})


def columns() -> ColumnTransformer:
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income"]),
            ("city", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["city"]),
            ("note", TfidfVectorizer(), "note"),
        ]
    )


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        RandomForestClassifier(5, random_state=0),
        XGBClassifier(n_estimators=5, n_jobs=1),
        Ridge(),
        XGBRegressor(n_estimators=5, n_jobs=1),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_pipeline_of_scikit_learns_own_parts_is_served_alike(estimator: Any) -> None:
    target = (events()["label"] == "yes").astype(int)
    pipeline = Pipeline([("columns", columns()), ("estimator", estimator)]).fit(events()[FEATURES], target)
    compiled = compile_pipeline(pipeline, events()[FEATURES])
    assert compiled.plan.inputs == ("age", "income", "city", "note")
    is_classifier = compiled.kind == "classification"
    assert compiled.classes == (("0", "1") if is_classifier else None)
    expected = (pipeline.predict_proba if is_classifier else pipeline.predict)(events()[FEATURES])
    found = run(compiled.model, compiled.kind, compiled.plan.matrix(records_of(events())))
    assert found == pytest.approx(expected.reshape(len(found), -1), abs=1e-6, rel=1e-5)


def test_names_of_classes_are_the_labels_that_were_learned() -> None:
    pipeline = make_pipeline(columns(), LogisticRegression()).fit(events()[FEATURES], events()["label"])
    assert compile_pipeline(pipeline, events()[FEATURES]).classes == ("no", "yes")


def test_a_column_transformer_that_gives_frames_feeds_our_estimator() -> None:
    numbers = ColumnTransformer(
        [("numbers", StandardScaler(), ["income"]), ("city", OrdinalEncoder(), ["city"])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    pipeline = make_pipeline(numbers, XGBoostClassifier("label", n_estimators=5, nthread=1))
    pipeline.fit(events(), events()["label"])
    compiled = compile_pipeline(pipeline, events())
    found = run(compiled.model, compiled.kind, compiled.plan.matrix(records_of(events())))
    assert found == pytest.approx(pipeline.predict_proba(events()), abs=1e-6)
    with pytest.raises(Unanswerable, match="'city' has a value that was not learned"):
        compiled.plan.vector({"income": 1.0, "city": "bergen"})


def test_what_the_fitted_pipeline_refuses_is_refused_by_the_inputs_name() -> None:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    frame = events()[["income"]]
    pipeline.fit(frame, events()["label"])
    compiled = compile_pipeline(pipeline, frame)
    with pytest.raises(Unanswerable, match="'income' is required"):
        compiled.plan.vector({})
    forest = make_pipeline(RandomForestClassifier(2, random_state=0)).fit(frame, events()["label"])
    with pytest.raises(Unanswerable, match="'income' is too large a number"):
        compile_pipeline(forest, frame).plan.vector({"income": 1e39})


def test_a_regression_behind_our_transform_says_what_it_is() -> None:
    frame = events().drop(columns=["label", "note"]).rename(columns={"income": "target"})
    pipeline = make_pipeline(AutoTransform(exclude=["target"]), SKLearnRegressor("target", clf=Ridge())).fit(frame)
    compiled = compile_pipeline(pipeline, frame)
    assert (compiled.kind, compiled.classes) == ("regression", None)
    assert compiled.plan.document.door.dtype == "float64"
    found = run(compiled.model, compiled.kind, compiled.plan.matrix(records_of(frame)))
    assert found[:, 0] == pytest.approx(pipeline.predict(frame), rel=1e-9)


def test_a_last_step_that_predicts_nothing_is_named() -> None:
    pipeline = make_pipeline(StandardScaler(), StandardScaler()).fit(events()[["income"]])
    with pytest.raises(NotCompilable, match="'standardscaler-2' \\(StandardScaler\\) is no classifier or regressor"):
        compile_pipeline(pipeline, events()[["income"]])


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(5, random_state=0),
        ExtraTreesClassifier(5, random_state=0),
        XGBClassifier(n_estimators=5, n_jobs=1),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_missing_numbers_go_the_way_that_they_go_in_the_fitted_trees(estimator: Any) -> None:
    frame = events()[["age", "income"]]
    pipeline = make_pipeline(StandardScaler(), estimator).fit(frame, (events()["label"] == "yes").astype(int))
    compiled = compile_pipeline(pipeline, frame)
    nulls = pd.concat([frame, frame.assign(income=np.nan), frame.assign(age=np.nan)], ignore_index=True)
    found = run(compiled.model, compiled.kind, compiled.plan.matrix(records_of(nulls)))
    assert found == pytest.approx(pipeline.predict_proba(nulls), abs=1e-6)
