"""What is served answers as what was fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline

from augury.pipelines import (
    AutoTransform,
    Compiled,
    FeatureIdTransform,
    NotCompilable,
    PandasScorer,
    ParityReport,
    SKLearnRegressor,
    XGBoostClassifier,
    compile_pipeline,
    drop_envelope,
    parity_report,
    records_of,
)
from augury.pipelines._answers import Answers
from augury.pipelines._parity import compare
from augury.plans import Category, OneHot, Plan
from augury.schema import ENVELOPE_FIELDS, FieldType
from training import iris_xgboost

numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, 1, 0.1])
)
texts = st.sampled_from(["", "a", "A", "New York", "new_york", "İ", "ß", "10", "1.0", "yes", "No", "nan", "inf"])
columns = [
    numbers,
    st.integers(0, 3),
    st.booleans(),
    texts,
    st.text(max_size=3),
    numbers | texts | st.booleans(),
]


@st.composite
def frames(draw: st.DrawFn, rows: int = 24) -> pd.DataFrame:
    drawn: dict[str, Any] = {}
    for number, values in enumerate(draw(st.lists(st.sampled_from(columns), min_size=1, max_size=5))):
        nullable = draw(st.booleans())
        drawn[f"c{number}"] = draw(st.lists(st.none() | values if nullable else values, min_size=rows, max_size=rows))
    # Without the last feature, a frame whose other columns are all constant would leave nothing to learn from.
    return pd.DataFrame({**drawn, "label": ["x", "y", "z"] * (rows // 3), "row": range(rows)})


@st.composite
def auto_transforms(draw: st.DrawFn) -> AutoTransform:
    return AutoTransform(
        exclude=["label", "id", *draw(st.lists(st.sampled_from(["c0", "c1"])))],
        max_values_numeric_categorical=draw(st.integers(0, 4)),
        ignore_vals=draw(st.none() | st.lists(texts | numbers | st.booleans(), max_size=2)),
        force_categorical=draw(st.lists(st.sampled_from(["c0", "c2"]), max_size=1)),
        min_cat_percent=draw(st.sampled_from([0.0, 0.1])),
        drop_constant_features=draw(st.booleans()),
        min_max_limit=draw(st.booleans()),
    )


def pipeline_of(*transforms: Any, **parameters: Any) -> Pipeline:
    estimator = XGBoostClassifier("id", "label", n_estimators=8, nthread=1, **parameters)
    steps = [FeatureIdTransform("label", "id", exclude_missing=True), *transforms, estimator]
    return Pipeline([(f"step{number}", step) for number, step in enumerate(steps)])


def iris() -> pd.DataFrame:
    return pd.DataFrame(iris_xgboost.example_events())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frame=frames(), auto=auto_transforms(), feature_id=st.booleans())
def test_plan_and_model_answer_as_the_fitted_pipeline(
    frame: pd.DataFrame, auto: AutoTransform, feature_id: bool
) -> None:
    pipeline = pipeline_of(*[FeatureIdTransform("c0", "c0_id")][:feature_id], auto)
    pipeline.fit(frame)
    compiled = compile_pipeline(pipeline, frame)
    report = parity_report(pipeline, compiled, frame)
    assert report.agrees, report
    assert report.training_rows == len(frame)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frame=frames(), auto=auto_transforms())
def test_the_plans_numbers_are_those_of_the_transformed_frame_bit_for_bit(
    frame: pd.DataFrame, auto: AutoTransform
) -> None:
    transformed = auto.fit_transform(frame)
    numeric = [name for name, step in auto.columns_.items() if step.kind in ("scale", "boolean")]
    plan = Plan(auto.to_plan(), numeric)
    planned = np.array([plan.vector(record) for record in records_of(frame)]).reshape(len(frame), len(numeric))
    assert np.array_equal(planned, transformed[numeric].to_numpy(dtype=np.float64), equal_nan=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frame=frames(), auto=auto_transforms())
def test_the_plans_categories_are_those_of_the_transformed_frame(frame: pd.DataFrame, auto: AutoTransform) -> None:
    transformed = auto.fit_transform(frame)
    for name, step in auto.columns_.items():
        if isinstance(step, Category):
            names = (*sorted({*step.values.values(), step.missing}),)
            plan = Plan([*auto.to_plan(), OneHot(field=name, categories=names, outputs=names)], names)
            planned = [dict(zip(plan.vector(record), names, strict=True)).get(1.0) for record in records_of(frame)]
            assert planned == transformed[name].astype(object).where(transformed[name].notna(), None).tolist()


def test_iris_agrees_on_all_rows_and_adversaries() -> None:
    pipeline = iris_xgboost.build_pipeline().fit(iris())
    report = parity_report(pipeline, compile_pipeline(pipeline, iris()), iris())
    assert report.agrees
    assert report.training_rows == 150
    assert report.adversarial_rows > 300


def test_iris_answers_as_the_original_did() -> None:
    pipeline = iris_xgboost.build_pipeline().fit(iris())
    (probabilities,) = pipeline.predict_proba(pd.DataFrame([{"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}]))
    named = dict(zip(pipeline[-1].class_names, probabilities.tolist(), strict=True))
    golden = {"Iris-virginica": 0.993977, "Iris-setosa": 0.00252304, "Iris-versicolor": 0.00350009}
    assert named == pytest.approx(golden, abs=1e-3)


def test_label_and_target_are_no_inputs() -> None:
    compiled = compile_pipeline(iris_xgboost.build_pipeline().fit(iris()), iris())
    assert compiled.plan.inputs == compiled.inputs.names == ("f1", "f2", "f3", "f4")
    assert compiled.classes == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


def test_the_schema_is_that_of_the_training_frame() -> None:
    frame = pd.DataFrame(
        {
            "n": [1.0, None, 3.0, 4.0],
            "i": [1, 2, 3, 4],
            "b": [True, False, True, None],
            "t": ["a", "b", "c", "d"],
            "m": [1, "a", True, 2],
            "label": ["x", "y", "x", "y"],
        }
    )
    pipeline = pipeline_of(AutoTransform(exclude=["label", "id"])).fit(frame)
    fields = compile_pipeline(pipeline, frame).inputs.fields
    assert {(field.name, field.type, field.nullable) for field in fields} == {
        ("n", FieldType.NUMBER, True),
        ("i", FieldType.NUMBER, False),
        ("b", FieldType.BOOLEAN, True),
        ("t", FieldType.TEXT, False),
        ("m", FieldType.ANY, False),
    }


def test_a_plan_that_differs_is_found_out() -> None:
    pipeline = iris_xgboost.build_pipeline().fit(iris())
    compiled = compile_pipeline(pipeline, iris())
    skewed = compile_pipeline(iris_xgboost.build_pipeline().fit(iris().iloc[10:]), iris())
    report = parity_report(pipeline, replace(compiled, plan=skewed.plan), iris())
    assert not report.agrees
    assert report.max_difference > 1e-3
    assert report.worst is not None


def test_a_model_whose_threshold_is_one_float32_off_is_found_out() -> None:
    # All training rows lie far from the threshold: only a record that stands on it tells the two models apart.
    frame = pd.DataFrame({"v": [0.0] * 20 + [2.0] * 20, "label": ["x"] * 20 + ["y"] * 20})
    pipeline = pipeline_of().fit(frame)
    compiled = compile_pipeline(pipeline, frame)
    (threshold,) = pipeline[-1].thresholds()[0]
    beside = float(np.nextafter(np.float32(threshold), np.float32(np.inf)))
    model = onnx.load_from_string(compiled.model)
    for attribute in model.graph.node[0].attribute:
        if attribute.name == "nodes_values":
            attribute.floats[:] = [beside if value == threshold else value for value in attribute.floats]
    moved = replace(compiled, model=model.SerializeToString())
    assert parity_report(pipeline, compiled, frame).agrees
    assert not parity_report(pipeline, moved, frame).agrees


def test_rows_that_the_pipeline_leaves_out_are_counted_apart() -> None:
    frame = iris().assign(site=["a", "b", "c"] * 50)
    ids = FeatureIdTransform("site", "siteId", max_classes=2, exclude_missing=True)
    pipeline = pipeline_of_iris(ids).fit(frame)
    report = parity_report(pipeline, compile_pipeline(pipeline, frame), frame)
    assert report.agrees
    assert (report.training_rows, report.unanswered_rows >= 50) == (150, True)
    assert report.unanswered_rows >= 50


def pipeline_of_iris(*transforms: Any) -> Pipeline:
    steps = [FeatureIdTransform("name", "nameId"), *transforms]
    estimator = XGBoostClassifier("nameId", "name", excluded=["site"], n_estimators=5, nthread=1)
    return Pipeline([(f"step{number}", step) for number, step in enumerate([*steps, estimator])])


def test_two_balanced_classes_without_a_useful_feature_are_even() -> None:
    # The first tree is a bare leaf of 0, which the ONNX converter mistakes for something else.
    frame = pd.DataFrame({"v": [1.0] * 20, "label": ["x", "y"] * 10})
    pipeline = pipeline_of().fit(frame)
    assert parity_report(pipeline, compile_pipeline(pipeline, frame), frame).agrees
    assert pipeline.predict_proba(frame)[0].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("base_score", [0.2, 0.5, 0.9])
def test_the_base_score_of_two_classes_reaches_the_model(base_score: float) -> None:
    frame = iris().query("name != 'Iris-setosa'").rename(columns={"name": "label"})
    pipeline = pipeline_of(base_score=base_score, scale_pos_weight=2).fit(frame)
    assert parity_report(pipeline, compile_pipeline(pipeline, frame), frame).agrees


def test_a_target_that_a_feature_gives_away_is_refused() -> None:
    pipeline = Pipeline(
        [("ids", FeatureIdTransform("name", "nameId")), ("xgb", XGBoostClassifier("nameId", n_estimators=2))]
    )
    with pytest.raises(NotCompilable, match="made from 'name'"):
        compile_pipeline(pipeline.fit(iris()), iris())


def test_a_step_without_a_plan_form_is_named() -> None:
    frame = iris().drop(columns="name").assign(label=[0, 1] * 75)
    reduced = PCA(2).set_output(transform="pandas")
    pipeline = Pipeline([("pca", reduced), ("xgb", XGBoostClassifier("label", n_estimators=2, nthread=1))])
    pipeline.fit(frame.drop(columns="label"), frame["label"])
    with pytest.raises(NotCompilable, match="step 'pca': PCA has no plan form"):
        compile_pipeline(pipeline, frame)


def test_envelope_fields_are_dropped_from_frames() -> None:
    frame = iris().assign(**dict.fromkeys(ENVELOPE_FIELDS, "x"))
    assert drop_envelope(frame).equals(iris())
    assert drop_envelope(iris()).equals(iris())


def line() -> tuple[Pipeline, Compiled, pd.DataFrame]:
    frame = pd.DataFrame({"v": [float(v) for v in range(-20, 21)]}).assign(value=lambda known: known["v"] * 3)
    pipeline = Pipeline([("line", SKLearnRegressor("value", clf=LinearRegression()))]).fit(frame)
    return pipeline, compile_pipeline(pipeline, frame), frame


def compared(stretch: float, shift: float) -> ParityReport:
    """Compare a line through zero with what answers a bit otherwise."""
    pipeline, compiled, frame = line()
    fitted = PandasScorer(pipeline, compiled.inputs).answers

    def served(records: Sequence[dict[str, Any]]) -> Answers:
        answers = fitted(records)
        return replace(answers, values=answers.values * stretch + shift)

    return compare(pipeline, served, compiled.inputs, frame, [])


def test_a_regressions_rows_near_zero_are_counted_and_their_strict_difference_told() -> None:
    report = compared(stretch=1, shift=2e-5)
    assert report.agrees
    assert report.near_zero_rows == report.summary().near_zero_rows == 1
    assert report.strict_difference is not None
    assert report.strict_difference > 1
    assert report.max_difference < report.tolerance


def test_a_regression_that_is_off_by_more_than_the_tolerance_of_its_values_is_found_out() -> None:
    report = compared(stretch=1 + 2e-5, shift=0)
    assert report.max_difference == pytest.approx(2e-5, rel=0.01)
    assert not report.agrees
