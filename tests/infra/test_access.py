"""Who may do what, decided on the rendered policies with the keys that the library really uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from augury.clients import Credential, partitions
from augury.clients.digests import digest_address
from augury.lake import (
    client_day,
    direct_feedback_key,
    failed_split_key,
    model_prefix,
    raw_events_hour,
    spill_key,
    split_output_key,
    training_definition_key,
)
from augury.names import ClientName, PipelineName, Version
from augury.split.entries import address as ledger_address
from augury.split.plan_rows import PLANS
from augury.split.run_lock import RUNS
from tests.infra.templates import StageTemplates, as_list

FUNCTIONS = ("token", "rotate", "ingest", "predict", "predictheavy", "feedback", "split", "prepare", "register")
DAY = date(2026, 11, 23)
ACME = ClientName("acme")

RAW = raw_events_hour(datetime(2026, 11, 23, 9, tzinfo=UTC)) + "stream-1.gz"
SPILLED = spill_key(datetime(2026, 11, 23, 9, tzinfo=UTC), "01a2")
FEEDBACK = direct_feedback_key(datetime(2026, 11, 23, 9, tzinfo=UTC), "01a2")
SPLIT = split_output_key(ACME, DAY, RAW)
DROP = client_day(ACME, DAY) + "history.csv"
FAILED = failed_split_key(RAW)
MODEL = model_prefix(ACME, PipelineName("iris"), Version("1")) + "model.onnx"
MODEL_NAMED_EVENTS = model_prefix(ACME, PipelineName("events"), Version("1")) + "manifest.json"
DEFINITION = training_definition_key(ACME, "0123", "iris.py")
MODELS = {MODEL, MODEL_NAMED_EVENTS}
KEYS = (RAW, SPILLED, FEEDBACK, SPLIT, DROP, FAILED, DEFINITION, *sorted(MODELS))

AUTHENTICATING = {"ingest", "predict", "feedback"}
PARTITIONS: dict[str, dict[str, set[str]]] = {
    Credential.address("any-key")[0]: {"GetItem": {"token", *AUTHENTICATING}},
    digest_address("any-key", "1")[0]: {"GetItem": {"token"}},
    f"{partitions.USED}any-key": {"PutItem": {"token", *AUTHENTICATING}},
    f"{partitions.QUOTA}acme": {"UpdateItem": {"ingest"}},
    partitions.SIGNING: {"GetItem": {"rotate", *AUTHENTICATING}, "PutItem": {"rotate"}},
    f"{partitions.CLIENT}acme": {
        "GetItem": {"predict", "register"},
        "Query": {"predict", "register"},
        "PutItem": {"register"},
    },
    ledger_address(RAW)[0]: {"GetItem": {"split"}, "PutItem": {"split"}},
    ledger_address(SPILLED)[0]: {"GetItem": {"split"}, "PutItem": {"split"}},
    RUNS: {},
    PLANS: {},
    partitions.CLIENTS: {},
    "another": {},
}
"""Who may do what in each partition of the table."""

JOB_ACTIONS = ("AddTags", "CreateTrainingJob", "DescribeTrainingJob", "ListTags", "StopTrainingJob")
LOG_DELIVERY = (
    *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries", "UpdateLogDelivery"),
    *("DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy"),
)
_JOBS = "arn:{AWS::Partition}:sagemaker:{AWS::Region}:{AWS::AccountId}:training-job/augury-<stage>-*"
_FUNCTIONS = "arn:{AWS::Partition}:lambda:{AWS::Region}:{AWS::AccountId}:function:augury-<stage>_*"
_LOGS = "arn:{AWS::Partition}:logs:{AWS::Region}:{AWS::AccountId}:log-group:/aws/lambda/augury-<stage>_*:*"

ALLOWED_WILDCARDS = {
    ("lambda:InvokeFunction", f"{_FUNCTIONS}:live"): "targets are deployed after the stage, by the stage's prefix",
    ("lambda:InvokeFunction", f"{_FUNCTIONS}:stable"): "targets are deployed after the stage, by the stage's prefix",
    ("logs:CreateLogStream", _LOGS): "the boundary of all roles of clients' functions",
    ("logs:PutLogEvents", _LOGS): "the boundary of all roles of clients' functions",
    ("kms:*", "*"): "a key's own policy names no key, and leaves the account's roles to their policies",
    ("xray:PutTelemetryRecords", "*"): "X-Ray has no resources to name",
    ("xray:PutTraceSegments", "*"): "X-Ray has no resources to name",
    ("secretsmanager:GetRandomPassword", "*"): "makes text up; the CDK grants it to every rotation function",
    ("s3:GetObject", "/logs/events.*"): "all objects below a prefix",
    ("s3:GetObject", "/logs/predictions.*"): "all objects below a prefix",
    ("s3:GetObject", "/logs/feedback.*"): "all objects below a prefix",
    ("s3:GetObject", "/spill/events/*"): "all objects below a prefix",
    ("s3:GetObject", "/failed/events/*"): "all objects below a prefix",
    ("s3:GetObject", "/failed/firehose/*"): "all objects below a prefix",
    ("s3:GetObject", "/clients/*/events/*/augury-*.json.gz"): "the split in bulk reads what it rewrites",
    ("s3:DeleteObject", "/clients/*/events/*/augury-*.json.gz"): "the split in bulk removes what it rewrote",
    ("s3:GetObject", "/split/plans/*"): "all objects below a prefix",
    ("s3:PutObject", "/split/plans/*"): "all objects below a prefix",
    ("cloudwatch:PutMetricData", "*"): "metrics have no resources to name; a condition names the namespace",
    ("s3:GetObject", "/clients/*/models/*/*/*"): "predict serves every client",
    ("s3:PutObject", "/logs/events.*"): "all objects below a prefix",
    ("s3:PutObject", "/logs/predictions.*"): "all objects below a prefix",
    ("s3:PutObject", "/logs/feedback.*"): "all objects below a prefix",
    ("s3:PutObject", "/spill/events/*"): "all objects below a prefix",
    ("s3:PutObject", "/failed/events/*"): "all objects below a prefix",
    ("s3:PutObject", "/failed/firehose/*"): "all objects below a prefix",
    ("s3:PutObject", "/failed/split/*-*.json.gz"): "all objects below a prefix",
    ("s3:PutObject", "/clients/*/events/*/augury-*.json.gz"): "split writes for every client",
    ("s3:PutObject", "/*"): "S3 itself writes its access logs",
    ("s3:AbortMultipartUpload", "/logs/events.*"): "all objects below a prefix",
    ("s3:AbortMultipartUpload", "/logs/predictions.*"): "all objects below a prefix",
    ("s3:AbortMultipartUpload", "/logs/feedback.*"): "all objects below a prefix",
    ("s3:AbortMultipartUpload", "/failed/events/*"): "all objects below a prefix",
    ("s3:AbortMultipartUpload", "/failed/firehose/*"): "all objects below a prefix",
    ("s3:PutObject", "/clients/*/training/definitions/*/*.py"): "definitions of every client that trains",
    **{(f"sagemaker:{what}", _JOBS): "a job is named when it starts" for what in JOB_ACTIONS},
    **{(f"logs:{what}", "*"): "the delivery of logs has no resources to name" for what in LOG_DELIVERY},
    ("xray:GetSamplingRules", "*"): "X-Ray has no resources to name",
    ("xray:GetSamplingTargets", "*"): "X-Ray has no resources to name",
}
"""What may stand with a wildcard in an allowing statement, and why."""


@pytest.fixture(scope="module")
def arn(templates: StageTemplates) -> dict[str, str]:
    def of(kind: str, name: str = "") -> str:
        return f"{{{templates.only(kind, name).name}.Arn}}"

    return {
        "bucket": of("AWS::S3::Bucket", "LakeBucket"),
        "table": of("AWS::DynamoDB::Table"),
        "events": of("AWS::KinesisFirehose::DeliveryStream", "LakeEvents"),
        "refusals": of("AWS::KinesisFirehose::DeliveryStream", "LakeRefusals"),
        "predictions": of("AWS::KinesisFirehose::DeliveryStream", "LakePredictions"),
        "feedback": of("AWS::KinesisFirehose::DeliveryStream", "LakeFeedback"),
        "secret": f"{{{templates.only('AWS::SecretsManager::Secret', 'SigningSecret').name}}}",
        "pepper": f"{{{templates.only('AWS::SecretsManager::Secret', 'Pepper').name}}}",
        "artifact_key": of("AWS::KMS::Key"),
        "queue": of("AWS::SQS::Queue", "RawObjectsQueue"),
    }


def who_may(templates: StageTemplates, action: str, resource: str) -> set[str]:
    return {name for name in FUNCTIONS if templates.may(name, action, resource)}


def test_each_stream_is_written_by_one_function_only(templates: StageTemplates, arn: dict[str, str]) -> None:
    for action in ("firehose:PutRecord", "firehose:PutRecordBatch"):
        assert who_may(templates, action, arn["events"]) == {"ingest"}
        assert who_may(templates, action, arn["refusals"]) == {"ingest"}
        assert who_may(templates, action, arn["predictions"]) == {"predict"}
        assert who_may(templates, action, arn["feedback"]) == {"feedback"}


def test_only_token_and_rotate_read_the_private_key_and_only_rotate_replaces_it(
    templates: StageTemplates, arn: dict[str, str]
) -> None:
    assert who_may(templates, "secretsmanager:GetSecretValue", arn["secret"]) == {"token", "rotate"}
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"):
        assert who_may(templates, action, arn["secret"]) == {"rotate"}


def test_only_token_reads_the_pepper_and_nobody_replaces_it(templates: StageTemplates, arn: dict[str, str]) -> None:
    assert who_may(templates, "secretsmanager:GetSecretValue", arn["pepper"]) == {"token"}
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "secretsmanager:DeleteSecret"):
        assert who_may(templates, action, arn["pepper"]) == set()


def test_only_what_serves_reads_the_public_half_of_the_artifact_key_and_no_function_signs(
    templates: StageTemplates, arn: dict[str, str]
) -> None:
    assert who_may(templates, "kms:GetPublicKey", arn["artifact_key"]) == {"predict", "predictheavy", "register"}
    for action in ("kms:Sign", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"):
        assert who_may(templates, action, arn["artifact_key"]) == set()


@pytest.mark.parametrize(("partition", "access"), PARTITIONS.items())
def test_a_function_reaches_its_own_partitions_of_the_table_only(
    templates: StageTemplates, arn: dict[str, str], partition: str, access: dict[str, set[str]]
) -> None:
    for action in ("GetItem", "Query", "PutItem", "UpdateItem"):
        found = {name for name in FUNCTIONS if templates.may(name, f"dynamodb:{action}", arn["table"], partition)}

        assert found == access.get(action, set()), action


def test_no_function_reads_or_removes_without_naming_a_partition(
    templates: StageTemplates, arn: dict[str, str]
) -> None:
    # ForAllValues lets pass what has no leading key at all.
    for action in (
        "Scan",
        "DeleteItem",
        "DeleteTable",
        "BatchGetItem",
        "BatchWriteItem",
        "PartiQLSelect",
        "GetRecords",
    ):
        assert who_may(templates, f"dynamodb:{action}", arn["table"]) == set()


@pytest.mark.parametrize(
    ("action", "readable"),
    [
        ("s3:GetObject", {"split": {RAW, SPILLED}, "predict": MODELS, "predictheavy": MODELS, "register": MODELS}),
        (
            "s3:PutObject",
            {"split": {SPLIT, FAILED}, "ingest": {SPILLED}, "feedback": {FEEDBACK}, "prepare": {DEFINITION}},
        ),
        ("s3:DeleteObject", {}),
        ("s3:DeleteObjectVersion", {}),
        ("s3:PutObjectAcl", {}),
    ],
)
def test_a_function_reaches_its_own_keys_of_the_bucket_only(
    templates: StageTemplates, arn: dict[str, str], action: str, readable: dict[str, set[str]]
) -> None:
    for name in FUNCTIONS:
        reached = {key for key in KEYS if templates.may(name, action, f"{arn['bucket']}/{key}")}

        assert reached == readable.get(name, set()), name


def test_no_function_changes_the_bucket(templates: StageTemplates, arn: dict[str, str]) -> None:
    for action in ("s3:PutBucketPolicy", "s3:PutBucketNotification"):
        assert who_may(templates, action, arn["bucket"]) == set()


def test_whoever_reads_objects_is_told_when_one_is_not_there(templates: StageTemplates, arn: dict[str, str]) -> None:
    # S3 says "access denied" of what is not there, to who may not list it.
    readers = {
        name for name in FUNCTIONS for key in KEYS if templates.may(name, "s3:GetObject", f"{arn['bucket']}/{key}")
    }
    listing = [one for one in allowing_statements(templates) if "s3:ListBucket" in as_list(one["Action"])]

    assert who_may(templates, "s3:ListBucket", arn["bucket"]) == readers
    assert not [one for one in listing if "Condition" in one]


def test_only_split_takes_messages_from_the_queue(templates: StageTemplates, arn: dict[str, str]) -> None:
    for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
        assert who_may(templates, action, arn["queue"]) == {"split"}
    assert who_may(templates, "sqs:SendMessage", arn["queue"]) == set()


def test_every_function_writes_to_its_own_log_only(templates: StageTemplates) -> None:
    for name in FUNCTIONS:
        group = templates.function(name).properties["LoggingConfig"]["LogGroup"].strip("{}")

        assert who_may(templates, "logs:PutLogEvents", f"{{{group}.Arn}}") == {name}


def test_firehose_writes_below_its_own_prefixes_only(templates: StageTemplates, arn: dict[str, str]) -> None:
    for stream, prefix in (
        ("LakeEvents", "logs/events."),
        ("LakeRefusals", "failed/events/"),
        ("LakePredictions", "logs/predictions."),
        ("LakeFeedback", "logs/feedback."),
    ):
        properties = templates.only("AWS::KinesisFirehose::DeliveryStream", stream).properties
        role = properties["ExtendedS3DestinationConfiguration"]["RoleARN"].strip("{}").removesuffix(".Arn")
        writable = {
            resource
            for statement in templates.statements_of(role)
            if "s3:PutObject" in statement["Action"]
            for resource in as_list(statement["Resource"])
        }

        assert writable == {f"{arn['bucket']}/{prefix}*", f"{arn['bucket']}/failed/firehose/*"}


def _pattern(resource: str, stage: str) -> str:
    """Return what of a pattern is the same on every stage."""
    named = resource.rpartition(".Arn}")[2].replace(f"augury-{stage}_", "augury-<stage>_")
    return named.replace(f"augury-{stage}-", "augury-<stage>-")


def test_a_statement_has_no_wildcard_without_a_reason(templates: StageTemplates) -> None:
    found = {
        (action, _pattern(resource, templates.stage))
        for statement in allowing_statements(templates)
        for action in as_list(statement["Action"])
        for resource in as_list(statement.get("Resource", "-"))
        if "*" in action or "*" in resource
    }

    assert found == ALLOWED_WILDCARDS.keys()


def test_nobody_outside_the_account_is_let_in(templates: StageTemplates) -> None:
    for statement in allowing_statements(templates):
        principal = statement.get("Principal", {"Service": ""})
        # A key's own policy leaves it to the account's roles.
        assert set(principal) == {"Service"} or _is_this_account(principal), statement
        assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys(), statement


def allowing_statements(templates: StageTemplates) -> Iterator[dict[str, Any]]:
    """Yield every statement that allows, wherever in a template it stands."""
    for resource in templates.resources():
        yield from (statement for statement in _statements_in(resource.properties) if statement["Effect"] == "Allow")


def _is_this_account(principal: dict[str, str]) -> bool:
    return principal == {"AWS": "arn:{AWS::Partition}:iam::{AWS::AccountId}:root"}


def _statements_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Effect" in value:
            yield value
        else:
            for inner in value.values():
                yield from _statements_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _statements_in(inner)
