"""What is watched, from what value on, and what somebody who is woken should know."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk.aws_apigatewayv2 import HttpApi
from aws_cdk.aws_cloudwatch import Stats
from aws_cdk.aws_events import CfnRule
from aws_cdk.aws_kinesisfirehose import DeliveryStream
from aws_cdk.aws_lambda import IFunction
from aws_cdk.aws_stepfunctions import StateMachine

from infra.access_log import API_THROTTLED
from infra.alarms import Alarms
from infra.metrics import PERIOD, counted, not_completed, of_ingest, of_stream, share_of_5xx
from infra.split_queue import SplitQueue
from infra.stages import StageConfig

_LATE_S = 15 * 60
_FAILED_RUNS = ["FAILED", "TIMEOUT", "ERROR"]


def watch_streams(alarms: Alarms, config: StageConfig, streams: Mapping[str, DeliveryStream]) -> None:
    """Watch that Firehose delivers what it took: after 24 hours it gives up."""
    late_s = max(_LATE_S, 3 * config.buffering.interval_s)
    for name, stream in streams.items():
        alarms.raise_above(
            late_s,
            of_stream(stream, "DeliveryToS3.DataFreshness", Stats.MAXIMUM),
            f"{name}-late",
            f"Firehose has {name} that it could not deliver for {late_s // 60} minutes, and drops them after 24 hours: "
            "read the stream's log.",
        )
        alarms.raise_above(
            0,
            of_stream(stream, "ThrottledRecords", Stats.SUM),
            f"{name}-throttled",
            f"Firehose turned {name} away. They are tried again, spilled or put to S3: ask for a higher quota.",
            points=3,
        )


def watch_functions(alarms: Alarms, functions: Mapping[str, IFunction]) -> None:
    """Watch for calls that ended without an answer, and for those that were not let in."""
    for name, function in functions.items():
        alarms.raise_above(
            0,
            function.metric_errors(period=PERIOD),
            f"{name}-errors",
            f"The {name} function crashed or ran out of time: read its log.",
        )
        alarms.raise_above(
            0,
            function.metric_throttles(period=PERIOD),
            f"{name}-throttles",
            f"Lambda turned calls of the {name} function away: raise the account's concurrency.",
            points=2,
            of=3,
        )


def watch_api(alarms: Alarms, config: StageConfig, api: HttpApi) -> None:
    """Watch what callers see."""
    alarms.raise_above(
        1,
        share_of_5xx(api),
        "api-5xx",
        "More than 1% of requests were answered with 5xx: the access log has their routes.",
        points=2,
        of=3,
    )
    alarms.raise_above(
        0,
        counted(API_THROTTLED, config.name),
        "api-throttled",
        "The API turned requests away with 429: raise the stage's throttle, or find who sends so many.",
        points=2,
        of=3,
    )


def watch_events(alarms: Alarms, config: StageConfig) -> None:
    """Watch that events are kept."""
    alarms.raise_above(
        0,
        of_ingest("EventsNotDelivered", config.name),
        "events-not-delivered",
        "Neither Firehose nor S3 took events; their callers got 503 and must send them again.",
    )
    alarms.raise_above(
        0,
        of_ingest("EventsSpilled", config.name),
        "events-spilled",
        "Firehose did not take events, and S3 did: nothing is lost, and the split has them. Look at Firehose.",
        points=2,
        of=3,
    )


def watch_predictions(alarms: Alarms, config: StageConfig) -> None:
    """Watch that what is answered is logged."""
    alarms.raise_above(
        0,
        counted("LogLinesLost", config.name),
        "predictions-not-logged",
        "Lines of the prediction log were lost; their callers were answered. The predict function's log says why.",
    )


def watch_split(alarms: Alarms, config: StageConfig, raw_objects: SplitQueue) -> None:
    """Watch that raw objects are split, soon and whole."""
    alarms.raise_above(
        0,
        raw_objects.dead_letters.metric_approximate_number_of_messages_visible(period=PERIOD, statistic=Stats.MAXIMUM),
        "split-dead-letters",
        "Raw objects failed to be split five times: the split function's log says why. Move the messages back then.",
    )
    alarms.raise_above(
        _LATE_S,
        raw_objects.queue.metric_approximate_age_of_oldest_message(period=PERIOD),
        "split-behind",
        f"A raw object has waited for {_LATE_S // 60} minutes to be split: raise split_concurrency.",
        points=2,
        of=3,
    )
    alarms.raise_above(
        _LATE_S,
        counted("SplitLagSeconds", config.name, statistic=Stats.percentile(90)),
        "split-slow",
        f"One raw object in ten was split {_LATE_S // 60} minutes after it was written: raise split_concurrency.",
        points=2,
        of=3,
    )
    for name in ("ObjectsQuarantined", "ObjectsOverwritten", "ObjectsGone"):
        alarms.raise_above(
            0,
            counted(name, config.name),
            f"split-{name.lower()}",
            f"{name}: raw objects could not be split whole. The guide on operating says what to do with each.",
        )


def watch_trainings(alarms: Alarms, machine: StateMachine) -> None:
    """Watch for trainings that failed, those of schedules above all: nobody looks at them."""
    alarms.raise_above(
        0,
        not_completed(machine),
        "training-failed",
        "A training failed or took too long, and what answers is as it was: the state machine's execution says why.",
    )


def watch_job(alarms: Alarms, job: str) -> None:
    """Tell of every run of the Glue job that failed."""
    what = f"A run of {job} failed. The next one goes on where it stopped; the run's log says why."
    CfnRule(
        alarms,
        "SplitJobFailed",
        description="Augury: runs of the split in bulk that failed",
        event_pattern={
            "source": ["aws.glue"],
            "detail-type": ["Glue Job State Change"],
            "detail": {"jobName": [job], "state": _FAILED_RUNS},
        },
        targets=[CfnRule.TargetProperty(id="topic", arn=alarms.topic.topic_arn, input=json.dumps(what))],
    )
