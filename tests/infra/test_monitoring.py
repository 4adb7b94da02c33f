"""Alarms and the dashboard: what is watched is really measured, and somebody is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from augury.ingest import Batch, Outcome
from augury.names import ClientName
from augury.split import Counts, Fate, SplitResult
from functions.ingest.metrics import IngestMetrics
from functions.split_events.metrics import SplitMetrics
from infra.access_log import NAMESPACE
from infra.alarms import Alarms
from infra.flags import FEATURE_FLAGS
from infra.metrics import INGEST_ROUTES
from infra.stages import DEV
from tests.infra.templates import Resource, StageTemplates

STREAMS = ("events", "refusals", "predictions", "feedback")
FUNCTIONS = ("token", "rotate", "ingest", "feedback", "split", "predict")
WATCHED = {
    *(f"{stream}-{what}" for stream in STREAMS for what in ("late", "throttled")),
    *(f"{function}-{what}" for function in FUNCTIONS for what in ("errors", "throttles")),
    *("api-5xx", "api-throttled", "events-not-delivered", "events-spilled"),
    *("split-dead-letters", "split-behind", "split-slow"),
    *("split-objectsquarantined", "split-objectsoverwritten", "split-objectsgone"),
}


def alarms(templates: StageTemplates) -> dict[str, dict[str, Any]]:
    found = templates.resources("AWS::CloudWatch::Alarm")
    prefix = f"augury-{templates.stage}-"
    return {alarm.properties["AlarmName"].removeprefix(prefix): alarm.properties for alarm in found}


def test_everything_that_may_go_wrong_has_an_alarm(templates: StageTemplates) -> None:
    assert alarms(templates).keys() == WATCHED


def test_an_alarm_tells_the_topic_when_it_starts_and_ends_and_says_what_to_do(templates: StageTemplates) -> None:
    topic = f"{{{templates.only('AWS::SNS::Topic').name}}}"
    for name, alarm in alarms(templates).items():
        assert (alarm["AlarmActions"], alarm["OKActions"]) == ([topic], [topic]), name
        assert len(alarm["AlarmDescription"].split()) > 8, name


def test_a_quiet_night_wakes_nobody(templates: StageTemplates) -> None:
    assert {alarm["TreatMissingData"] for alarm in alarms(templates).values()} == {"notBreaching"}
    assert "IF(requests > 20" in json.dumps(alarms(templates)["api-5xx"]["Metrics"])


def test_a_stream_is_late_only_after_it_had_the_time_to_deliver(templates: StageTemplates) -> None:
    for stream in templates.resources("AWS::KinesisFirehose::DeliveryStream"):
        buffering = stream.properties["ExtendedS3DestinationConfiguration"]["BufferingHints"]["IntervalInSeconds"]
        (alarm,) = (
            found
            for name, found in alarms(templates).items()
            if name.endswith("-late") and found["Dimensions"][0]["Value"] == f"{{{stream.name}}}"
        )
        assert alarm["MetricName"] == "DeliveryToS3.DataFreshness"
        assert 3 * buffering <= alarm["Threshold"] < 24 * 3600


def test_the_dead_letter_queue_is_watched_and_not_the_queue_before_it(templates: StageTemplates) -> None:
    watched = {
        name: alarms(templates)[name]["Dimensions"][0]["Value"] for name in ("split-dead-letters", "split-behind")
    }

    assert "RawObjectsDeadLetters" in watched["split-dead-letters"]
    assert "RawObjectsQueue" in watched["split-behind"]


def test_only_alarms_of_this_account_and_rules_tell_the_topic_and_only_over_tls(templates: StageTemplates) -> None:
    statements = templates.only("AWS::SNS::TopicPolicy").properties["PolicyDocument"]["Statement"]
    allowed = {one["Principal"]["Service"]: one.get("Condition") for one in statements if one["Effect"] == "Allow"}
    denied = [statement for statement in statements if statement["Effect"] == "Deny"]

    assert allowed == {
        "cloudwatch.amazonaws.com": {"StringEquals": {"aws:SourceAccount": "{AWS::AccountId}"}},
        "events.amazonaws.com": None,
    }
    assert any(statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for statement in denied)


def test_a_run_of_the_split_in_bulk_that_failed_is_told(templates: StageTemplates) -> None:
    rule = templates.only("AWS::Events::Rule").properties
    (target,) = rule["Targets"]

    assert rule["EventPattern"]["detail"]["jobName"] == [templates.only("AWS::Glue::Job").properties["Name"]]
    assert set(rule["EventPattern"]["detail"]["state"]) == {"FAILED", "TIMEOUT", "ERROR"}
    assert target["Arn"] == f"{{{templates.only('AWS::SNS::Topic').name}}}"


def test_nobody_is_written_to_unless_it_is_configured(templates: StageTemplates, tmp_path: Path) -> None:
    assert not templates.resources("AWS::SNS::Subscription")

    stack = Stack(App(outdir=str(tmp_path), context=FEATURE_FLAGS, analytics_reporting=False), "Stack")
    Alarms(stack, "Alarms", config=replace(DEV, alarm_emails=("ops@example.com",)))
    Template.from_stack(stack).has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "ops@example.com"}
    )


def metrics_in(value: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield name and dimensions of each metric of ours, wherever an alarm names it."""
    if isinstance(value, dict):
        if value.get("Namespace") == NAMESPACE:
            yield value["MetricName"], frozenset(dimension["Name"] for dimension in value["Dimensions"])
        for inner in value.values():
            yield from metrics_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from metrics_in(inner)


def metrics_on(dashboard: Resource) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield name and dimensions of each metric of ours that a dashboard shows."""
    body = json.loads(re.sub(r"\{Augury-[^}]*\}|\{AWS::Region\}", "x", dashboard.properties["DashboardBody"]))
    for widget in body["widgets"]:
        for side in widget["properties"].get("metrics", []):
            if side[0] == NAMESPACE:
                labels = [part for part in side[2:] if isinstance(part, str)]
                yield side[1], frozenset(labels[::2])


@pytest.fixture
def emitted(templates: StageTemplates, capsys: pytest.CaptureFixture[str]) -> set[tuple[str, frozenset[str]]]:
    """Return what the functions really count, and what the access log's filter does."""
    outcome = Outcome(Batch([], single=False))
    IngestMetrics("dev").count(outcome, "POST /events", ClientName("acme"), refusals_kept=0)
    SplitMetrics("dev").count(SplitResult("logs/a.gz", Fate.SPLIT, Counts()), lag_s=1)
    directives = [
        directive
        for line in capsys.readouterr().out.splitlines()
        for directive in json.loads(line)["_aws"]["CloudWatchMetrics"]
    ]
    (filtered,) = templates.only("AWS::Logs::MetricFilter").properties["MetricTransformations"]
    return {(filtered["MetricName"], frozenset(one["Key"] for one in filtered["Dimensions"]))} | {
        (metric["Name"], frozenset(dimensions))
        for directive in directives
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    }


def test_alarms_look_at_what_is_measured(templates: StageTemplates, emitted: set[tuple[str, frozenset[str]]]) -> None:
    looked_at = {found for alarm in alarms(templates).values() for found in metrics_in(alarm)}
    names = {name for name, _ in looked_at}

    assert looked_at <= emitted
    assert {"EventsNotDelivered", "EventsSpilled", "SplitLagSeconds", "ObjectsGone", "ApiThrottled"} <= names


def test_the_dashboard_shows_what_is_measured(
    templates: StageTemplates, emitted: set[tuple[str, frozenset[str]]]
) -> None:
    dashboard = templates.only("AWS::CloudWatch::Dashboard")
    shown = {found for found in metrics_on(dashboard) if not found[0].startswith(("Predict", "Feedback", "Model"))}

    assert dashboard.properties["DashboardName"] == f"augury-{templates.stage}"
    assert shown <= emitted
    assert {"EventsAccepted", "LinesSplit", "SplitLagSeconds"} <= {name for name, _ in shown}


def test_every_way_that_events_come_in_is_summed_up() -> None:
    assert set(INGEST_ROUTES) >= {"POST /events", "GET /js/event/new", "POST /js/event/new"}
