"""What predictions count, as it stands in the log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import Kind
from augury.registry import PipelineTarget, Variation
from augury.serving import CacheCounts, Failed, Served
from augury.serving.answers import Answer
from augury.serving.calls import Reply
from functions.distributions import MAX_VALUES, Distribution
from functions.predict.metrics import EachCall, EachSecond, PredictMetrics
from tests.artifacts import ACME, IRIS, VERSION
from tests.unit.functions.emf import Metric, metrics_of

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
POST = "POST /predict"


def variation(*, shadow: bool = False) -> Variation:
    return Variation(label="canary", ratio=1, target=PipelineTarget(version=VERSION), shadow=shadow)


def served(*, rows: int = 1, shadow: bool = False) -> Served:
    predictions = [[{"predictedClass": "setosa", "prediction": 0.5}]] * rows
    answer = Answer("puid", IRIS, "canary", predictions, single=rows == 1)
    reply = Reply(predictions, lane="plan", target="iris 1", version=VERSION)
    return Served(ACME, IRIS, 1, variation(shadow=shadow), reply, [{}] * rows, answer, 0.25, AT)


def failed(kind: Kind) -> Failed:
    return Failed(ACME, "puid", IRIS, 1, variation(), kind, 0.25, AT)


def by_route(name: str, route: str = POST, lane: str = "plan") -> Metric:
    return "Augury", name, (("stage", "prod"), ("route", route), ("lane", lane))


def of_stage(name: str) -> Metric:
    return "Augury", name, (("stage", "prod"),)


class Recorded:
    """Metrics that write to a list, each call or each second of a stepped clock."""

    def __init__(self, *, each_second: bool = False) -> None:
        self.now = 1_800_000_000.0
        self.documents: list[bytes] = []
        self.cache = CacheCounts()
        by_second = EachSecond("prod", self.documents.append, now=lambda: self.now)
        recorder = by_second if each_second else EachCall("prod", self.documents.append)
        self.metrics = PredictMetrics(recorder, self.cache)

    def call(self, *logged: Served | Failed, route: str = POST, error: Kind | None = None) -> None:
        call = self.metrics.begin(route)
        for entry in logged:
            self.metrics.logged(entry)
        call.error = error
        self.metrics.end(call)

    @property
    def last(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.documents[-1])
        return document


def test_a_prediction_is_counted_by_stage_route_and_lane() -> None:
    recorded = Recorded()
    recorded.call(served(rows=3))
    sums = metrics_of(recorded.documents)
    assert (sums[by_route("PredictCalls")], sums[by_route("PredictedRows")]) == (1, 3)
    assert (sums[by_route("PredictErrors")], sums[by_route("PredictFaults")]) == (0, 0)
    assert sums[by_route("PredictLatency")] > 0


def test_client_pipeline_variation_version_and_class_are_properties() -> None:
    recorded = Recorded()
    recorded.call(served())
    properties = ("client", "pipeline", "variation", "version", "predicted_class")
    assert [recorded.last[name] for name in properties] == ["acme", "iris", "canary", "1", "setosa"]
    for directive in recorded.last["_aws"]["CloudWatchMetrics"]:
        assert not {name for names in directive["Dimensions"] for name in names} & set(properties)


@pytest.mark.parametrize(("kind", "faults"), [(Kind.SCHEMA_MISMATCH, 0), (Kind.UNAVAILABLE, 1)])
def test_errors_are_counted_by_their_kind_and_ours_apart(kind: Kind, faults: int) -> None:
    recorded = Recorded()
    recorded.call(failed(kind), error=kind)
    sums = metrics_of(recorded.documents)
    assert sums["Augury", "PredictErrors", (("stage", "prod"), ("error", kind.name))] == 1
    assert sums[by_route("PredictErrors", lane="none")] == 1
    assert sums[by_route("PredictFaults", lane="none")] == faults
    assert (recorded.last["client"], recorded.last["pipeline"]) == ("acme", "iris")


def test_a_call_that_nobody_may_make_has_no_client() -> None:
    recorded = Recorded()
    recorded.call(error=Kind.TOKEN_UNKNOWN)
    assert recorded.last["client"] is None
    assert metrics_of(recorded.documents)[by_route("PredictErrors", lane="none")] == 1


def test_a_shadow_is_not_its_callers_prediction() -> None:
    recorded = Recorded()
    recorded.call(served(shadow=True))
    assert recorded.last["lane"] == "none"


def test_what_is_logged_between_two_calls_is_neithers() -> None:
    recorded = Recorded()
    recorded.call(served())
    recorded.metrics.logged(served())
    recorded.call(route="GET /health")
    assert (recorded.last["route"], recorded.last["client"]) == ("GET /health", None)


def test_only_the_first_call_of_a_process_is_a_cold_start() -> None:
    recorded = Recorded()
    for _ in range(3):
        recorded.call(served())
    assert metrics_of(recorded.documents)[of_stage("ColdStarts")] == 1


def test_what_the_cache_and_the_log_did_is_counted_once() -> None:
    recorded = Recorded()
    recorded.cache.loads = 1
    recorded.call(served())
    recorded.cache.hits, recorded.cache.evictions = 5, 2
    recorded.metrics.lines_lost(7)
    recorded.call(served())
    recorded.call(served())
    sums = metrics_of(recorded.documents)
    names = ("ModelHits", "ModelLoads", "ModelEvictions", "LogLinesLost")
    assert [sums[of_stage(name)] for name in names] == [5, 1, 2, 7]


def test_the_calls_of_a_second_that_are_alike_are_one_document() -> None:
    recorded = Recorded(each_second=True)
    for _ in range(50):
        recorded.call(served())
    recorded.call(failed(Kind.UNAVAILABLE), error=Kind.UNAVAILABLE)
    assert recorded.documents == []
    recorded.now += 1
    recorded.call(served())
    assert len(recorded.documents) == 2
    recorded.metrics.flush()
    sums = metrics_of(recorded.documents)
    assert sums[by_route("PredictCalls")] == 51
    assert sums[by_route("PredictCalls", lane="none")] == 1
    assert sums[of_stage("ColdStarts")] == 1


def test_each_call_and_each_second_count_the_same() -> None:
    sums = []
    for each_second in (False, True):
        recorded = Recorded(each_second=each_second)
        for number in range(20):
            recorded.cache.hits = number
            recorded.call(served(rows=number + 1), route=f"POST /{number % 3}")
            recorded.now += 0.3
        recorded.metrics.flush()
        sums.append({key: total for key, total in metrics_of(recorded.documents).items() if "Latency" not in key[1]})
    assert sums[0] == sums[1]


@given(st.lists(st.floats(0.001, 60_000), min_size=1, max_size=400))
def test_a_distribution_keeps_count_sum_and_extremes_and_nearly_each_value(values: list[float]) -> None:
    distribution = Distribution()
    for value in values:
        distribution.add(value)
    told = distribution.as_json()
    assert len(told["Values"]) <= MAX_VALUES
    assert sum(told["Counts"]) == told["Count"] == len(values)
    assert told["Sum"] == pytest.approx(sum(values))
    assert (told["Min"], told["Max"]) == (min(values), max(values))
    rebuilt = sorted(v for v, count in zip(told["Values"], told["Counts"], strict=True) for _ in range(count))
    for exact, kept in zip(sorted(values), rebuilt, strict=True):
        assert kept == pytest.approx(exact, rel=0.34)
