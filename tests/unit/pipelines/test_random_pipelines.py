"""Whatever pipeline of the listed steps: it is served as it was fitted, and nearly always by a plan."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from sklearn.pipeline import Pipeline

from augury.artifacts import MODEL_FILE, PLAN_FILE
from augury.pipelines import Servable, as_json, servable
from augury.pipelines._pandas_lane import PandasScorer, load_pipeline
from augury.pipelines._parity import _planned, compare
from augury.plans import Plan
from tests.unit.pipelines import random_pipelines as drawn

LEAST_PLANNED = 0.95
EXAMPLES = 60

quiet = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def fitted(pipeline: Pipeline, frame: pd.DataFrame, *target: Any) -> Pipeline:
    """Fit a drawn pipeline; what does not suit the drawn data is drawn anew."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unseen categories, unconverged solvers
        try:
            return pipeline.fit(frame, *target)
        except (TypeError, ValueError):
            reject()


def agrees_on(records: list[dict[str, Any]], pipeline: Pipeline, found: Servable) -> None:
    """Assert that what is served answers drawn records as the fitted pipeline does."""
    if found.lane == "plan":
        served = _planned(Plan.load(found.files[PLAN_FILE]), found.files[MODEL_FILE], found.kind)
    else:
        served = PandasScorer(load_pipeline(found.files["pipeline.skops"]), found.inputs).answers
    fitting = [record for record in records if not found.inputs.problems(record)]
    empty = pd.DataFrame({name: [] for name in found.inputs.names})
    report = compare(pipeline, served, found.inputs, empty, fitting)
    assert report.difference is None, (report, pipeline)


@pytest.fixture
def announce(capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]) -> Any:
    def say(what: str, lanes: Counter[str], reasons: Counter[str]) -> None:
        total = lanes.total()
        text = f"{lanes['plan']} of {total} drawn {what} take the plan lane ({lanes['plan'] / total:.1%})"
        record_property("lanes", text)
        with capsys.disabled():
            sys.stdout.write("\n".join(["", text, *(f"  {n} x {reason}" for reason, n in reasons.most_common()), ""]))

    return say


def test_drawn_pipelines_are_served_as_they_were_fitted_and_by_plans(announce: Any) -> None:
    lanes, reasons = Counter[str](), Counter[str]()

    @quiet
    @given(pipeline=drawn.pipelines(), frame=drawn.frames(), records=drawn.records())
    def served_as_fitted(pipeline: Pipeline, frame: pd.DataFrame, records: list[dict[str, Any]]) -> None:
        frame = as_json(frame)
        found = servable(fitted(pipeline, frame), frame)
        lanes[found.lane] += 1
        reasons.update([found.lane_reason] if found.lane_reason else [])
        agrees_on(records, pipeline, found)

    served_as_fitted()
    announce("pipelines", lanes, reasons)
    assert lanes["plan"] >= LEAST_PLANNED * lanes.total(), reasons


def test_drawn_pipelines_of_scikit_learn_alone_are_served_as_they_were_fitted_and_by_plans(announce: Any) -> None:
    lanes, reasons = Counter[str](), Counter[str]()

    @quiet
    @given(pipeline=drawn.plain_pipelines(), frame=drawn.frames(), records=drawn.records())
    def served_as_fitted(pipeline: Pipeline, frame: pd.DataFrame, records: list[dict[str, Any]]) -> None:
        frame = as_json(frame)
        features, target = frame.drop(columns=["label", "value"]), frame["label"]
        found = servable(fitted(pipeline, features, target), features)
        lanes[found.lane] += 1
        reasons.update([found.lane_reason] if found.lane_reason else [])
        agrees_on(records, pipeline, found)

    served_as_fitted()
    announce("pipelines of scikit-learn alone", lanes, reasons)
    assert lanes["plan"] >= LEAST_PLANNED * lanes.total(), reasons
