"""The heavy function's answers, and a predict function whose models are scored by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from augury.artifacts import Artifact
from augury.errors import AuguryError, Kind
from augury.names import Version
from augury.plans import Unanswerable
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, ScoreRequest, answer_score
from augury.serving.heavy import HeavyFunction
from augury.serving.heavy.messages import ScoreAnswer
from tests.artifacts import ACME, FLOWER, IRIS, TRUST, trained_iris
from tests.unit.serving.conftest import Bench
from tests.unit.serving.test_engine import ask


def event(**changes: Any) -> dict[str, Any]:
    digest = trained_iris().manifest_sha256
    told = {"client": "acme", "pipeline": "iris", "version": "1", "manifest_sha256": digest, "puid": "p"}
    return {**told, "rows": [FLOWER], **changes}


def test_rows_are_scored_by_the_artifact_whose_digest_the_call_names(bench: Bench) -> None:
    answer = answer_score(event(), bench.models)
    (scores,) = answer["scores"]
    assert sum(scores) == pytest.approx(1)
    assert scores[2] == max(scores)
    assert json.dumps(answer)


def test_an_artifact_with_another_digest_is_a_failure_and_not_scored(bench: Bench) -> None:
    answer = answer_score(event(manifest_sha256="0" * 64), bench.models)
    assert answer["failure"]["kind"] == "PIPELINE_BROKEN"


def test_another_clients_artifact_is_never_scored(bench: Bench) -> None:
    answer = answer_score(event(client="other"), bench.models)
    assert answer["failure"]["kind"] == "PIPELINE_BROKEN"


@pytest.mark.parametrize(
    "foreign",
    [
        {},
        {"version": "2.0", "routeKey": "POST /predict", "rawPath": "/predict", "requestContext": {}, "body": "{}"},
        event(requestContext={}),
        event(client="../other"),
        event(manifest_sha256="/../../../../models"),
        event(rows="all"),
    ],
)
def test_what_the_predict_function_did_not_send_is_refused(bench: Bench, foreign: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="only the predict function calls this one"):
        answer_score(foreign, bench.models)


class Remembering(HeavyFunction):
    """A heavy function in this process, which keeps what it was asked and by when."""

    def __init__(self, models: ModelCache) -> None:
        self._models = models
        self.asked: list[tuple[ScoreRequest, float]] = []

    def score(self, request: ScoreRequest, deadline: float) -> list[list[float]]:
        self.asked.append((request, deadline))
        told = answer_score(json.loads(request.payload()), self._models)
        return ScoreAnswer.model_validate(told).scores_of(len(request.rows))


def thin_engine(bench: Bench, place: Path, heavy: HeavyFunction) -> PredictionEngine:
    """Return an engine that has no lane of its own."""
    models = ModelCache(bench.store, place, 10**9, TRUST, lanes={}, far_lanes={"plan": heavy.lane})
    return PredictionEngine(PipelineDirectory(bench.registry, ttl_s=5), models, bench.logged.append)


def test_a_far_lane_answers_as_the_near_one_does_within_the_calls_time(bench: Bench, tmp_path: Path) -> None:
    near = bench.engine.predict(ACME, ask(), deadline=10.0**9)
    heavy = Remembering(bench.models)
    far = thin_engine(bench, tmp_path / "far", heavy).predict(ACME, ask(puid="mine"), deadline=10.0**9)
    assert far.predictions == near.predictions
    ((request, deadline),) = heavy.asked
    assert (request.client, request.pipeline, request.version, request.puid) == (ACME, IRIS, Version("1"), "mine")
    assert deadline == 10.0**9


def test_of_a_far_artifact_nothing_is_kept_on_disk(bench: Bench, tmp_path: Path) -> None:
    thin_engine(bench, tmp_path / "far", Remembering(bench.models)).predict(ACME, ask())
    assert not list((tmp_path / "far").rglob("*"))


def test_the_schema_is_checked_before_the_call(bench: Bench, tmp_path: Path) -> None:
    heavy = Remembering(bench.models)
    with pytest.raises(AuguryError) as refused:
        thin_engine(bench, tmp_path / "far", heavy).predict(ACME, ask({**FLOWER, "f1": "long"}))
    assert refused.value.kind is Kind.SCHEMA_MISMATCH
    assert heavy.asked == []


class Refusing:
    """A lane that has no answer."""

    def score(self, rows: Any) -> list[list[float]]:
        raise Unanswerable("f1", "was never seen", 0)


def test_a_refusal_of_the_lane_is_422_and_names_the_field(bench: Bench, tmp_path: Path) -> None:
    def lane(artifact: Artifact) -> Refusing:
        return Refusing()

    heavy = Remembering(ModelCache(bench.store, tmp_path / "heavy", 10**9, TRUST, lanes={"plan": lane}))
    with pytest.raises(AuguryError) as refused:
        thin_engine(bench, tmp_path / "far", heavy).predict(ACME, ask())
    assert (refused.value.status, refused.value.details[0].loc) == (422, ("data", "f1"))
