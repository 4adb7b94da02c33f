"""From events and a definition to an artifact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline

from augury.artifacts import ONNX_INPUT, ONNX_PROBABILITIES, DataWindow, Trust, load
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import (
    AutoTransform,
    FeatureIdTransform,
    SKLearnClassifier,
    SKLearnRegressor,
    XGBoostClassifier,
    XGBoostRegressor,
)
from augury.plans import Plan
from augury.schema import ENVELOPE_FIELDS
from augury.training import (
    Definition,
    FoldKind,
    Folds,
    Progress,
    Search,
    TrainingOutcome,
    TrainingRefused,
    load_definition,
    train,
)
from training import iris_xgboost

ROOT = Path(iris_xgboost.__file__).parents[1]
IRIS = pd.DataFrame(iris_xgboost.example_events())


def train_in(
    directory: Path, frame: pd.DataFrame = IRIS, definition: Definition | None = None, **more: Any
) -> TrainingOutcome:
    return train(
        definition or load_definition(ROOT / "training" / "iris_xgboost.py"),
        frame,
        client=ClientName("acme"),
        pipeline=PipelineName("iris"),
        version=Version("1"),
        directory=directory / "artifact",
        data_window=DataWindow(),
        **more,
    )


def small(**parameters: Any) -> Definition:
    def build_pipeline() -> Pipeline:
        return Pipeline(
            [
                ("ids", FeatureIdTransform("name", "nameId", **parameters)),
                ("auto", AutoTransform(exclude=["nameId", "name"])),
                ("xgb", XGBoostClassifier("nameId", "name", n_estimators=5, nthread=1)),
            ]
        )

    return Definition(PipelineName("small"), build_pipeline)


def test_the_saved_artifact_alone_predicts(tmp_path: Path) -> None:
    outcome = train_in(tmp_path)
    artifact = load(outcome.directory, Trust(allow_unsigned=True), outcome.manifest_sha256)
    record = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}
    assert artifact.manifest.inputs.problems(record) == []
    vector = np.array([Plan.load(artifact.files["plan.json"]).vector(record)], dtype=np.float32)
    session = onnxruntime.InferenceSession(artifact.files["model.onnx"])
    (probabilities,) = session.run([ONNX_PROBABILITIES], {ONNX_INPUT: vector})[0]
    assert artifact.manifest.classes is not None
    assert artifact.manifest.classes[probabilities.argmax()] == "Iris-virginica"
    assert probabilities.max() > 0.99


def test_the_manifest_says_how_it_came_about(tmp_path: Path) -> None:
    outcome = train_in(tmp_path, folds=Folds(seed=3))
    manifest = outcome.manifest
    assert (manifest.client, manifest.pipeline, manifest.version) == ("acme", "iris", "1")
    assert (manifest.lane, manifest.rows, manifest.seed) == ("plan", 150, 3)
    assert manifest.parity.agrees
    assert manifest.metrics["accuracy"] == outcome.evaluation.mean("accuracy") > 0.9
    assert manifest.metrics["log_loss"] < 0.4
    assert set(manifest.files) == {"plan.json", "model.onnx", "parity.json", "pipeline.skops", "report.html"}
    assert {"xgboost", "pandas", "scikit-learn"} <= manifest.libraries.keys()


def test_training_again_makes_the_same_plan_and_model(tmp_path: Path) -> None:
    first, second = (train_in(tmp_path / name).manifest.files for name in ("a", "b"))
    for name in ("plan.json", "model.onnx", "parity.json"):
        assert first[name] == second[name]


@pytest.mark.parametrize("name", ["diabetes", "tickets_tfidf"])
def test_a_regression_and_texts_are_made_the_same_again_too(tmp_path: Path, name: str) -> None:
    definition = load_definition(ROOT / "training" / f"{name}.py")
    first, second = (train_in(tmp_path / at, definition.example(), definition).manifest.files for at in ("a", "b"))
    assert first["plan.json"] == second["plan.json"]
    assert first["model.onnx"] == second["model.onnx"]


def test_the_seed_stands_for_every_random_state_that_is_left_open(tmp_path: Path) -> None:
    def build_pipeline() -> Pipeline:
        forest = RandomForestClassifier(n_estimators=5, max_depth=2)
        return Pipeline([("forest", SKLearnClassifier("name", clf=forest))])

    forest = Definition(PipelineName("forest"), build_pipeline)
    models = [
        train_in(tmp_path / str(number), IRIS, forest, folds=Folds(2, seed=seed)).manifest.files["model.onnx"]
        for number, seed in enumerate((1, 1, 2))
    ]
    assert models[0] == models[1] != models[2]


def test_a_regression_is_trained_and_scored_as_one(tmp_path: Path) -> None:
    diabetes = load_definition(ROOT / "training" / "diabetes.py")
    outcome = train_in(tmp_path, diabetes.example(), diabetes, folds=Folds(3))
    assert (outcome.manifest.kind, outcome.manifest.classes) == ("regression", None)
    assert outcome.evaluation.fold_kind is FoldKind.PLAIN
    assert 0.3 < outcome.manifest.metrics["r2"] < 0.7
    assert b"Residuals" in (outcome.directory / "report.html").read_bytes()


def test_the_best_parameters_of_a_search_are_trained_with_and_kept(tmp_path: Path) -> None:
    def search_space(trial: Any) -> dict[str, Any]:
        return {"xgb__max_depth": trial.suggest_int("depth", 1, 3)}

    tuned = replace(small(), search_space=search_space)
    outcome = train_in(tmp_path, definition=tuned, folds=Folds(2), search=Search(3))
    assert outcome.tuning is not None
    assert outcome.manifest.parameters == outcome.tuning.parameters
    assert outcome.fitted.named_steps["xgb"].max_depth == outcome.manifest.parameters["xgb__max_depth"]
    assert b"<h2>Tuning</h2>" in (outcome.directory / "report.html").read_bytes()


def test_the_report_shows_no_values_where_the_schema_keeps_none(tmp_path: Path) -> None:
    frame = IRIS.assign(city=["Ulaanbaatar", "Reykjavik"] * 75)
    shown, kept_back = (
        (train_in(tmp_path / str(examples), frame, small(), examples=examples).directory / "report.html").read_text()
        for examples in (True, False)
    )
    assert "Reykjavik" in shown
    assert "Reykjavik" not in kept_back


def test_a_definition_without_a_search_space_cannot_be_tuned(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match=r"does not define search_space\(trial\)"):
        train_in(tmp_path, definition=small(), search=Search(3))


def test_what_has_no_plan_is_trained_for_the_pandas_lane_and_the_report_says_why(tmp_path: Path) -> None:
    def build_pipeline() -> Pipeline:
        return Pipeline([("trees", SKLearnClassifier("name", clf=HistGradientBoostingClassifier(max_iter=3)))])

    outcome = train_in(tmp_path, definition=Definition(PipelineName("trees"), build_pipeline), folds=Folds(2))
    assert outcome.manifest.lane == "pandas"
    assert outcome.manifest.lane_reason is not None
    assert "HistGradientBoosting" in outcome.manifest.lane_reason
    assert "HistGradientBoosting" in (outcome.directory / "report.html").read_text()


def test_categorical_columns_reach_the_trees_as_categories_and_the_plan_lane_serves_them(tmp_path: Path) -> None:
    days = pd.DataFrame({"town": ["Tromsø", None, "Rome"] * 20, "shop": [17, 3, 17, 42] * 15, "n": range(60)})
    days = days.assign(sold=days["shop"] % 10 + days["n"] / 100).astype({"town": "category", "shop": "category"})

    def build_pipeline() -> Pipeline:
        categories = ["town", "shop"]
        return Pipeline([("xgb", XGBoostRegressor("sold", enable_categorical=categories, n_estimators=9, nthread=1))])

    outcome = train_in(tmp_path, days, Definition(PipelineName("sales"), build_pipeline), folds=Folds(2))
    assert outcome.fitted[-1].model_.get_booster().feature_types == ["q", "c", "c"]
    assert (outcome.manifest.lane, outcome.parity.agrees) == ("plan", True)
    plan = Plan.load(load(outcome.directory, Trust(allow_unsigned=True)).files["plan.json"])
    assert plan.vector({"town": "Tromsø", "shop": 42, "n": 1}) == [1.0, 1.0, 2.0]


def test_a_regressions_report_and_manifest_tell_the_strict_difference(tmp_path: Path) -> None:
    def build_pipeline() -> Pipeline:
        return Pipeline([("line", SKLearnRegressor("f1", excluded=["name"], clf=LinearRegression()))])

    outcome = train_in(tmp_path, definition=Definition(PipelineName("line"), build_pipeline), folds=Folds(2))
    assert outcome.manifest.parity.strict_difference is not None
    assert outcome.manifest.parity.strict_difference <= outcome.manifest.parity.tolerance
    assert outcome.manifest.parity.near_zero_rows == 0
    assert "largest difference, values near zero included" in (outcome.directory / "report.html").read_text()


def test_what_the_server_adds_to_events_is_no_feature(tmp_path: Path) -> None:
    stored = IRIS.assign(**{name: range(150) for name in ENVELOPE_FIELDS})
    assert train_in(tmp_path, stored).manifest.inputs.names == ("f1", "f2", "f3", "f4")


def test_progress_counts_the_folds_and_names_each_stage(tmp_path: Path) -> None:
    seen: list[Progress] = []
    train_in(tmp_path, definition=small(), folds=Folds(3), progress=seen.append)
    assert [(step.stage, step.done, step.total) for step in seen] == [
        ("cross-validate", 1, 3),
        ("cross-validate", 2, 3),
        ("cross-validate", 3, 3),
        ("fit", 1, 1),
        ("compile", 1, 1),
        ("explain", 1, 1),
        ("report", 1, 1),
        ("save", 1, 1),
    ]


def test_what_carries_no_information_scores_like_a_guess(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    noise = IRIS.assign(name=random.permutation(IRIS["name"]), f1=random.normal(size=150), who=range(150))
    assert train_in(tmp_path, noise, small()).evaluation.mean("accuracy") < 0.5


def test_events_without_a_label_are_left_out(tmp_path: Path) -> None:
    unlabelled = pd.concat([IRIS, IRIS.drop(columns="name").head(20)])
    outcome = train_in(tmp_path, unlabelled, small(exclude_missing=True))
    assert outcome.manifest.classes == ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


def test_a_small_class_means_fewer_folds(tmp_path: Path) -> None:
    outcome = train_in(tmp_path, IRIS.iloc[:103], small())
    assert outcome.evaluation.folds == outcome.manifest.metrics["folds"] == 3


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (IRIS.iloc[:0], "no events"),
        (pd.DataFrame(), "no events"),
        (pd.DataFrame({"client": ["acme"]}), "no events"),
        (IRIS.drop(columns="name"), "no target column 'nameId'"),
        (IRIS.assign(name=None), "no event has a target"),
        (IRIS.assign(name="Iris-setosa"), "one class only"),
        (IRIS.iloc[:101], "has one row"),
        (IRIS.assign(tags=pd.Series([["a"]] * 150)), "'tags' holds values"),
        (IRIS[["name"]].assign(constant=1), "no feature is left"),
    ],
)
def test_data_that_cannot_be_trained_on_is_refused_with_its_reason(
    tmp_path: Path, frame: pd.DataFrame, reason: str
) -> None:
    with pytest.raises(TrainingRefused, match=reason):
        train_in(tmp_path, frame, small(exclude_missing=True))
    assert list(tmp_path.iterdir()) == []


def test_one_fold_is_no_cross_validation(tmp_path: Path) -> None:
    with pytest.raises(TrainingRefused, match="at least 2 folds"):
        train_in(tmp_path, folds=Folds(1))


@pytest.mark.parametrize("built", ["text", Pipeline([("dummy", DummyClassifier())])])
def test_a_definition_that_builds_something_else_is_refused(tmp_path: Path, built: Any) -> None:
    with pytest.raises(TrainingRefused, match=r"must return a Pipeline|no estimator of this package"):
        train_in(tmp_path, definition=Definition(PipelineName("odd"), lambda: built))


def test_a_definition_is_called_by_its_file_or_by_its_name(tmp_path: Path) -> None:
    assert load_definition(ROOT / "training" / "iris_xgboost.py").name == "iris"
    (tmp_path / "x_1.py").write_text("NAME = 'churn-2'\nbuild_pipeline = print\n")
    assert load_definition(tmp_path / "x_1.py").name == "churn-2"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("missing.py", None, "there is no pipeline definition"),
        ("empty.py", "", r"does not define build_pipeline\(\)"),
        ("constant.py", "build_pipeline = 7", r"does not define build_pipeline\(\)"),
        ("broken.py", "def build_pipeline(:", "fails: SyntaxError"),
        ("raising.py", "raise KeyError('columns')", "fails: KeyError: 'columns'"),
        ("leaving.py", "import sys\nsys.exit(0)", "fails: SystemExit: 0"),
        ("Upper_case.py", "def build_pipeline(): ...", "define NAME"),
        ("odd.py", "NAME = 3\ndef build_pipeline(): ...", "define NAME"),
        ("data.json", "{}", "no Python file"),
    ],
)
def test_a_file_that_is_no_definition_is_refused_with_its_reason(
    tmp_path: Path, name: str, text: str | None, reason: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(TrainingRefused, match=reason):
        load_definition(tmp_path / name)


def test_values_of_the_data_stay_out_of_the_schema_where_that_is_asked_for(tmp_path: Path) -> None:
    kept = train_in(tmp_path / "kept").manifest.inputs.fields
    left_out = train_in(tmp_path / "left-out", examples=False).manifest.inputs.fields
    assert all(field.examples for field in kept)
    assert not any(field.examples or field.categories for field in left_out)
