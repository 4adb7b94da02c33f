"""What the dashboard, the alarms and the saved queries look at is what the functions write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from augury.errors import Kind
from augury.ingest import Batch, Feedback, Outcome
from augury.split import Counts, Fate, SplitResult
from functions.feedback.metrics import FeedbackMetrics
from functions.ingest.metrics import IngestMetrics
from functions.split_events.metrics import SplitMetrics
from infra.log_queries import FEEDBACK, OF_PREDICT, LogQuery
from tests.artifacts import ACME
from tests.infra.templates import StageTemplates
from tests.unit.functions.emf import metrics_of
from tests.unit.functions.test_predict_metrics import Recorded, failed, served

type Looked = tuple[str, frozenset[str]]
"""A metric's name and the names of its dimensions."""

_SEARCH = re.compile(
    r"SEARCH\('\{Augury,(?P<dimensions>[a-z,]+)\} MetricName=\"(?P<name>\w+)\" stage=\"(?P<stage>\w+)\""
)
_WORDS = {"sum", "count", "pct", "max", "as", "and", "ispresent"}


@pytest.fixture
def documents(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What all functions write of every kind of call."""
    recorded = Recorded()
    recorded.call(served())
    recorded.call(failed(Kind.UNAVAILABLE), error=Kind.UNAVAILABLE)
    IngestMetrics("prod").count(Outcome(Batch([{}], single=True), [b"{}\n"]), "POST /events", ACME, refusals_kept=0)
    SplitMetrics("prod").count(SplitResult("logs/a.gz", Fate.SPLIT, Counts(lines=1)), lag_s=1.0)
    feedback = FeedbackMetrics("prod")

    def answer() -> dict[str, Any]:
        feedback.kept(Feedback("puid", reward=1), ACME, spilled=False)
        return {"statusCode": 200}

    feedback.measured(answer)
    return [*(document.decode() for document in recorded.documents), *capsys.readouterr().out.splitlines()]


@pytest.fixture
def emitted(documents: list[str], prod: StageTemplates) -> set[Looked]:
    """What the functions really count, and what the access log's filter does."""
    (filtered,) = prod.only("AWS::Logs::MetricFilter").properties["MetricTransformations"]
    of_functions = {(name, frozenset(dict(dimensions))) for _, name, dimensions in metrics_of(documents)}
    return of_functions | {(filtered["MetricName"], frozenset(one["Key"] for one in filtered["Dimensions"]))}


def looked_at(value: Any) -> Iterator[Looked]:
    """Yield every metric of ours that a part of a dashboard names."""
    match value:
        case ["Augury", str(name), *rest]:
            names = [part for part in rest if isinstance(part, str)][::2]
            yield name, frozenset(names)
        case list():
            for inner in value:
                yield from looked_at(inner)
        case {"expression": str(expression)}:
            for found in _SEARCH.finditer(expression):
                yield found["name"], frozenset(found["dimensions"].split(","))
        case dict():
            for inner in value.values():
                yield from looked_at(inner)


def dashboard(prod: StageTemplates) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(prod.only("AWS::CloudWatch::Dashboard").properties["DashboardBody"])
    return body


def test_every_metric_of_the_dashboard_is_one_that_a_function_writes(
    prod: StageTemplates, emitted: set[Looked]
) -> None:
    looked = set(looked_at(dashboard(prod)))
    assert {("PredictCalls", frozenset({"stage", "route", "lane"})), ("RewardsKept", frozenset({"stage"}))} <= looked
    assert {"EventsAccepted", "LinesSplit", "SplitLagSeconds"} <= {name for name, _ in looked}
    assert looked - emitted == set()


def test_every_metric_of_an_alarm_is_one_that_a_function_writes(prod: StageTemplates, emitted: set[Looked]) -> None:
    looked = set()
    for alarm in prod.resources("AWS::CloudWatch::Alarm"):
        data = [entry["MetricStat"]["Metric"] for entry in alarm.properties.get("Metrics", []) if "MetricStat" in entry]
        for metric in [*data, alarm.properties]:
            if metric.get("Namespace") == "Augury":
                looked.add((metric["MetricName"], frozenset(one["Name"] for one in metric["Dimensions"])))
    assert {"EventsNotDelivered", "SplitLagSeconds", "ApiThrottled", "LogLinesLost"} <= {name for name, _ in looked}
    assert looked - emitted == set()


def test_the_dashboard_is_called_as_its_stage(templates: StageTemplates) -> None:
    dashboard = templates.only("AWS::CloudWatch::Dashboard")
    assert dashboard.properties["DashboardName"] == f"augury-{templates.stage}"


def test_every_search_is_for_the_stage_of_its_dashboard(prod: StageTemplates) -> None:
    searches = list(_SEARCH.finditer(json.dumps(dashboard(prod)).replace('\\"', '"')))
    assert searches
    assert {search["stage"] for search in searches} == {"prod"}


@pytest.mark.parametrize("query", [*OF_PREDICT, FEEDBACK], ids=lambda query: query.title)
def test_every_field_of_a_query_is_one_that_the_function_writes(query: LogQuery, documents: list[str]) -> None:
    fields = {name for document in documents for name in json.loads(document)}
    made = set(re.findall(r" as (\w+)", query.shown))
    read = set(re.findall(r"[A-Za-z_]+(?![\w(])", f"{query.where} {query.shown} {' '.join(query.by)}"))
    assert read - made - _WORDS <= fields
    assert query.first in made


def test_queries_are_kept_for_whom_the_dashboard_does_not_answer(prod: StageTemplates) -> None:
    kept = {query.properties["Name"]: query.properties for query in prod.resources("AWS::Logs::QueryDefinition")}
    assert kept.keys() == {f"augury-prod/{query.title}" for query in (*OF_PREDICT, FEEDBACK)}
    for query in (*OF_PREDICT, FEEDBACK):
        text = kept[f"augury-prod/{query.title}"]["QueryString"]
        assert [line.strip() for line in re.split(r"\n\|", text)] == query.lines
