"""Artifacts of every lane and kind, as they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import PowerTransformer

from augury.artifacts import Artifact, ArtifactRefused, Manifest, digests, load, save
from augury.errors import AuguryError, Kind
from augury.names import Version
from augury.pipelines import (
    FeatureIdTransform,
    Servable,
    SklearnTransform,
    XGBoostClassifier,
    as_json,
    pandas_lane,
    servable,
)
from augury.plans import Plan, Unanswerable
from augury.schema import Field, FieldType, InputSchema
from augury.serving import PLAN_LANE, Model, ModelCache
from augury.serving.models import load_model
from augury.training import register
from tests.artifacts import ACME, FLOWER, IRIS, SIGNER, TRUST, trained_iris
from tests.unit.serving.conftest import Bench
from tests.unit.serving.test_engine import ask, refusal
from training import iris_xgboost


@pytest.fixture(scope="module")
def without_plan() -> Servable:
    frame = as_json(pd.DataFrame(iris_xgboost.example_events()))
    steps = [
        ("id", FeatureIdTransform("name", "nameId")),
        ("power", SklearnTransform(["f1", "f2"], output_features_prefix="p", transformer=PowerTransformer())),
        ("xgb", XGBoostClassifier("nameId", "name", n_estimators=20, nthread=1)),
    ]
    return servable(Pipeline(steps).fit(frame), frame)


def registered(bench: Bench, directory: Path, found: Servable) -> None:
    """Register something servable as version 2 of the Iris pipeline."""
    iris = load(trained_iris().directory, TRUST).manifest
    manifest = iris.model_copy(
        update={
            "version": Version("2"),
            "lane": found.lane,
            "lane_reason": found.lane_reason,
            "inputs": found.inputs,
            "files": digests(found.files),
        }
    )
    save(directory, Manifest.model_validate(manifest.model_dump()), found.files, SIGNER)
    register(directory, ACME, store=bench.store, registry=bench.registry, trust=TRUST)


def test_a_process_without_the_pandas_lane_says_so(bench: Bench, tmp_path: Path, without_plan: Servable) -> None:
    registered(bench, tmp_path / "2", without_plan)
    error = refusal(bench, ask())
    assert (error.kind, error.status) == (Kind.PIPELINE_BROKEN, 503)
    assert error.details[0].msg == "version '2' is served by the pandas lane, which this function does not have"


def test_a_process_with_the_pandas_lane_answers(bench: Bench, tmp_path: Path, without_plan: Servable) -> None:
    registered(bench, tmp_path / "2", without_plan)
    lanes = {**PLAN_LANE, "pandas": pandas_lane}
    heavy = ModelCache(bench.store, tmp_path / "heavy", limit_bytes=10**9, trust=TRUST, lanes=lanes)
    version = bench.registry.version(ACME, IRIS, Version("2"))
    assert version is not None
    model = heavy.get(ACME, version)
    [predictions] = model.predict([FLOWER], single=True)
    assert model.manifest.lane == "pandas"
    assert predictions[0]["predictedClass"] == "Iris-virginica"
    assert sum(p["prediction"] for p in predictions) == pytest.approx(1)
    with pytest.raises(AuguryError) as refused:
        model.predict([{**FLOWER, "f1": "1"}], single=True)
    assert refused.value.details[0].loc == ("data", "f1")


def test_only_the_files_of_its_lane_are_fetched(bench: Bench, tmp_path: Path) -> None:
    bench.engine.predict(ACME, ask())
    fetched = {path.name for path in (tmp_path / "models").rglob("*") if path.is_file()}
    assert fetched == {"manifest.json", "manifest.sig", "plan.json", "model.onnx"}


class Stub:
    """A scorer with fixed answers, or a refusal."""

    def __init__(self, answer: list[list[float]] | Unanswerable) -> None:
        self._answer = answer

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        if isinstance(self._answer, Unanswerable):
            raise self._answer
        return self._answer


def model_of(scorer: Stub, **changes: Any) -> Model:
    inputs = InputSchema(fields=(Field(name="f1", type=FieldType.NUMBER, nullable=True),))
    manifest = trained_iris().manifest.model_copy(update={"inputs": inputs, **changes})
    return Model(manifest, scorer, 0)


def misfit(update: dict[str, Any], files: Mapping[str, bytes]) -> Artifact:
    """Return the Iris artifact with parts of another one."""
    iris = load(trained_iris().directory, TRUST)
    return replace(iris, manifest=iris.manifest.model_copy(update=update), files={**iris.files, **files})


@pytest.mark.parametrize(
    ("update", "vector", "reason"),
    [
        ({}, ["f1"], r"model\.onnx: does not take the plan's 1 float32"),
        ({"classes": ("one", "two")}, ["f1", "f2", "f3", "f4"], r"model\.onnx: gives 3 numbers, .* has 2"),
        ({}, ["f1", "f2", "f3", "unknown"], r"plan\.json: reads 'unknown', which the manifest's inputs do not have"),
    ],
)
def test_a_plan_and_a_model_that_do_not_fit_are_refused_when_they_are_loaded(
    update: dict[str, Any], vector: list[str], reason: str
) -> None:
    with pytest.raises(ArtifactRefused, match=reason):
        load_model(misfit(update, {"plan.json": Plan([], vector).dump()}), PLAN_LANE)


def test_a_regression_answers_one_value_without_class_or_confidence() -> None:
    model = model_of(Stub([[12.5], [-1.0]]), kind="regression", classes=None)
    assert model.predict([{"f1": 1}, {}], single=False) == [
        [{"prediction": 12.5, "predictedClass": None, "confidence": None}],
        [{"prediction": -1.0, "predictedClass": None, "confidence": None}],
    ]


@pytest.mark.parametrize(
    ("refused", "single", "loc"),
    [
        (Unanswerable("f1", "is required"), True, ("data", "f1")),
        (Unanswerable("f1", "is required", 0), True, ("data", "f1")),
        (Unanswerable("f1", "is required", 1), False, ("data", 1, "f1")),
        (Unanswerable("", "has no answer", 1), False, ("data", 1)),
    ],
)
def test_a_record_that_the_pipeline_would_leave_out_is_422_and_names_the_field(
    refused: Unanswerable, single: bool, loc: tuple[str | int, ...]
) -> None:
    with pytest.raises(AuguryError) as error:
        model_of(Stub(refused)).predict([{}] if single else [{}, {}], single=single)
    assert (error.value.status, error.value.details[0].loc) == (422, loc)
    assert error.value.details[0].msg == refused.reason
