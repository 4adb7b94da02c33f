"""Alarms and the dashboard: what is watched is really measured, and somebody is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.alarms import Alarms
from infra.flags import FEATURE_FLAGS
from infra.metrics import INGEST_ROUTES
from infra.stages import DEV
from tests.infra.templates import StageTemplates

STREAMS = ("events", "refusals", "predictions", "feedback")
FUNCTIONS = (
    *("token", "rotate", "ingest", "feedback", "split", "predict", "predict-heavy"),
    *("prepare", "register"),
)
WATCHED = {
    *(f"{stream}-{what}" for stream in STREAMS for what in ("late", "throttled")),
    *(f"{function}-{what}" for function in FUNCTIONS for what in ("errors", "throttles")),
    *("api-5xx", "api-throttled", "events-not-delivered", "events-spilled", "predictions-not-logged"),
    "training-failed",
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


def test_a_training_that_ran_out_of_time_failed_too(templates: StageTemplates) -> None:
    looked_at = alarms(templates)["training-failed"]["Metrics"]
    names = {one["MetricStat"]["Metric"]["MetricName"] for one in looked_at if "MetricStat" in one}

    assert names == {"ExecutionsFailed", "ExecutionsTimedOut"}


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


def test_every_way_that_events_come_in_is_summed_up() -> None:
    assert set(INGEST_ROUTES) >= {"POST /events", "GET /js/event/new", "POST /js/event/new"}
