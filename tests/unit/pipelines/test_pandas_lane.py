"""Where no plan can serve a pipeline, the pipeline itself does, and says why."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer

from augury.artifacts import ArtifactRefused
from augury.pipelines import (
    ALLOWED_TYPES,
    ExistFeaturesTransform,
    FeatureIdTransform,
    FrameEstimator,
    NotServable,
    PandasScorer,
    Servable,
    SklearnTransform,
    TargetLeaks,
    XGBoostClassifier,
    allowed_types,
    as_json,
    dump_pipeline,
    load_pipeline,
    records_of,
    servable,
)
from augury.plans import Unanswerable
from tests.unit.pipelines.test_estimators import ESTIMATORS
from tests.unit.pipelines.transforms import CASES, Case, example_frame
from training import iris_xgboost

FLOWER = {"f1": 1, "f2": 2.7, "f3": 5.3, "f4": 1.9}


def iris() -> pd.DataFrame:
    return as_json(pd.DataFrame(iris_xgboost.example_events()))


def fitted(*transforms: Any, frame: pd.DataFrame | None = None) -> Pipeline:
    estimator = XGBoostClassifier("nameId", "name", n_estimators=5, nthread=1)
    steps = [FeatureIdTransform("name", "nameId"), *transforms, estimator]
    pipeline = Pipeline([(f"step{number}", step) for number, step in enumerate(steps)])
    return pipeline.fit(iris() if frame is None else frame)


def without_plan() -> Pipeline:
    return fitted(SklearnTransform(["f1", "f2"], output_features_prefix="p", transformer=PowerTransformer()))


@pytest.fixture(scope="module")
def lane() -> Servable:
    return servable(without_plan(), iris())


def test_a_pipeline_with_a_plan_takes_the_plan_lane_and_is_stored_too() -> None:
    found = servable(fitted(), iris())
    assert (found.lane, found.lane_reason, found.parity.agrees) == ("plan", None, True)
    assert found.files.keys() == {"plan.json", "model.onnx", "parity.json", "pipeline.skops"}


def test_a_step_without_a_plan_form_takes_the_pandas_lane_and_the_reason_names_it(lane: Servable) -> None:
    assert lane.lane == "pandas"
    assert lane.lane_reason is not None
    assert "PowerTransformer" in lane.lane_reason
    assert lane.files.keys() == {"pipeline.skops", "parity.json"}
    assert json.loads(lane.files["parity.json"])["adversarial_rows"] > 0


def test_the_pandas_lane_asks_for_features_and_not_for_labels(lane: Servable) -> None:
    assert lane.inputs.names == ("f1", "f2", "f3", "f4")


def test_a_stored_pipeline_answers_as_the_fitted_one(lane: Servable) -> None:
    scorer = PandasScorer(load_pipeline(lane.files["pipeline.skops"]), lane.inputs)
    pipeline = without_plan()
    given: Any = iris().drop(columns="name")
    for _, step in pipeline.steps[:-1]:
        given = step.transform(given)
    expected = pipeline.steps[-1][1].predict_proba(given)
    records = records_of(iris().drop(columns="name"))
    assert scorer.score(records) == expected.astype(np.float64).tolist()
    assert scorer.score([FLOWER]) == [scorer.score([FLOWER, FLOWER])[1]]


def test_a_plan_that_differs_takes_the_pandas_lane_and_the_reason_gives_the_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipeline = fitted()
    other = fitted(frame=iris().assign(f3=0.0, f4=0.0)).steps[-1][1].to_onnx()
    monkeypatch.setattr(XGBoostClassifier, "to_onnx", lambda self: other)
    found = servable(pipeline, iris())
    assert found.lane == "pandas"
    assert found.lane_reason is not None
    assert "numbers differ by" in found.lane_reason
    assert "the worst is {'f1'" in found.lane_reason
    assert found.parity.agrees


def test_a_pipeline_of_foreign_code_has_no_lane_and_the_reason_names_the_type() -> None:
    doubled = SklearnTransform(["f1"], transformer=FunctionTransformer(double, feature_names_out="one-to-one"))
    with pytest.raises(NotServable, match=r"types that are not allowed: .*test_pandas_lane\.double"):
        servable(fitted(doubled), iris())


def double(numbers: Any) -> Any:
    return numbers * 2


def test_a_target_that_leaks_has_no_lane() -> None:
    frame = iris().assign(copy=iris()["name"])
    pipeline = Pipeline(
        [("id", FeatureIdTransform("copy", "copyId")), ("xgb", XGBoostClassifier("copyId", n_estimators=2, nthread=1))]
    ).fit(frame)
    with pytest.raises(TargetLeaks, match="exclude it"):
        servable(pipeline, frame)


def test_a_row_that_the_pipeline_leaves_out_is_refused_by_its_position() -> None:
    pipeline = fitted(ExistFeaturesTransform(["f1"]))
    found = servable(pipeline, iris().assign(f1=iris()["f1"].where(iris()["f1"] > 4.5)))
    with pytest.raises(Unanswerable) as refused:
        PandasScorer(pipeline, found.inputs).score([FLOWER, {**FLOWER, "f1": None}, {}])
    assert refused.value.record == 1


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_transform_is_stored_and_read_back(case: Case) -> None:
    frame = as_json(example_frame())
    transform = clone(case.transform).fit(frame)
    stored = load_pipeline(dump_pipeline(Pipeline([("transform", transform)])))
    assert_frame_equal(stored.steps[0][1].transform(frame), transform.transform(frame))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=repr)
def test_every_estimator_is_stored_and_read_back(estimator: FrameEstimator) -> None:
    frame = pd.DataFrame({"a": [float(n % 7) for n in range(40)], "b": [*"pqrs"] * 10, "label": [0, 1] * 20})
    fitted = clone(estimator).fit(frame)
    stored = load_pipeline(dump_pipeline(Pipeline([("estimator", fitted)]))).steps[0][1]
    assert np.array_equal(stored.scores(frame), fitted.scores(frame))


@pytest.mark.parametrize("body", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_stored_pipeline_is_refused(body: bytes) -> None:
    with pytest.raises(ArtifactRefused, match=r"pipeline\.skops: cannot be read"):
        load_pipeline(body)


def test_an_archive_that_would_fill_memory_is_refused_unread(lane: Servable) -> None:
    packed = io.BytesIO(lane.files["pipeline.skops"])
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more", bytes(1 << 20))
    with pytest.raises(ArtifactRefused, match="is compressed, which no stored pipeline is"):
        load_pipeline(packed.getvalue())


def test_a_stored_object_that_is_no_pipeline_is_refused() -> None:
    with pytest.raises(ArtifactRefused, match="holds a PowerTransformer, not a Pipeline"):
        load_pipeline(dump_pipeline(PowerTransformer()))


@pytest.mark.parametrize(
    ("module", "name"), [("builtins", "eval"), ("os", "system"), ("subprocess", "Popen"), ("augury.pipelines", "Evil")]
)
def test_a_type_that_was_smuggled_in_is_refused_by_name_before_anything_is_made(
    lane: Servable, module: str, name: str
) -> None:
    with pytest.raises(ArtifactRefused, match=rf"not allowed: {module}\.{name}"):
        load_pipeline(with_type(lane.files["pipeline.skops"], module, name))


def with_type(body: bytes, module: str, name: str) -> bytes:
    """Return a stored pipeline whose outermost object is of another type."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as stored, zipfile.ZipFile(changed, "w") as target:
        for entry in stored.namelist():
            content = stored.read(entry)
            if entry == "schema.json":
                content = json.dumps({**json.loads(content), "__module__": module, "__class__": name}).encode()
            target.writestr(entry, content)
    return changed.getvalue()


def test_every_allowed_type_has_its_reason_and_none_is_a_way_to_run_code() -> None:
    assert all(reason.strip() for reason in ALLOWED_TYPES.values())
    assert not {name.partition(".")[0] for name in allowed_types()} - {"augury", "numpy", "scipy", "sklearn", "xgboost"}
