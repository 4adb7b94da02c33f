"""What must not be lost: how it is kept, and that it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from augury.lake import (
    CLIENTS,
    EVENTS_ERROR_PREFIX,
    EVENTS_PREFIX,
    FAILED_DELIVERIES,
    FAILED_EVENTS,
    FAILED_SPLIT,
    FEEDBACK_ERROR_PREFIX,
    FEEDBACK_PREFIX,
    PREDICTIONS_ERROR_PREFIX,
    PREDICTIONS_PREFIX,
    QUERY_RESULTS,
    RAW_EVENTS,
    RAW_FEEDBACK,
    RAW_PREDICTIONS,
    REFUSALS_ERROR_PREFIX,
    REFUSALS_PREFIX,
    SPILLED_EVENTS,
    SPLIT_PLANS,
)
from infra.lifetimes import Lifetime
from infra.stages import STAGES
from tests.infra.templates import StageTemplates

STATEFUL = [
    ("AWS::S3::Bucket", "LakeBucket"),
    ("AWS::DynamoDB::Table", ""),
    ("AWS::SecretsManager::Secret", "SigningSecret"),
    ("AWS::SecretsManager::Secret", "Pepper"),
    ("AWS::KMS::Key", ""),
]


@pytest.mark.parametrize(("kind", "name"), STATEFUL)
def test_state_lives_in_the_data_stack_only(templates: StageTemplates, kind: str, name: str) -> None:
    assert templates.only(kind, name).name.startswith(f"Augury-{templates.stage}-Data:")


@pytest.mark.parametrize(("kind", "name"), STATEFUL)
def test_state_outlives_its_stack_in_production(prod: StageTemplates, kind: str, name: str) -> None:
    resource = prod.only(kind, name).attributes

    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_table_refuses_to_be_deleted_in_production(prod: StageTemplates) -> None:
    assert prod.only("AWS::DynamoDB::Table").properties["DeletionProtectionEnabled"] is True


def test_the_table_forgets_counts_of_past_days(templates: StageTemplates) -> None:
    table = templates.only("AWS::DynamoDB::Table").properties

    assert table["TimeToLiveSpecification"] == {"AttributeName": "delete_after", "Enabled": True}


def test_the_pepper_is_long_random_text(templates: StageTemplates) -> None:
    pepper = templates.only("AWS::SecretsManager::Secret", "Pepper").properties

    assert pepper["GenerateSecretString"]["PasswordLength"] == 64


def test_the_artifact_key_signs_on_the_curve_that_trust_checks(templates: StageTemplates) -> None:
    key = templates.only("AWS::KMS::Key").properties

    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_the_command_line_finds_the_artifact_key_and_what_is_trusted(templates: StageTemplates) -> None:
    arn = f"{{{templates.only('AWS::KMS::Key').name}.Arn}}"

    assert templates.output("Data", "ArtifactKeyArn") == templates.output("Data", "TrustedArtifactKeys") == arn
    assert templates.output("Data", "AllowUnsignedArtifacts") == "false"


def test_the_bucket_is_private_encrypted_and_versioned(templates: StageTemplates) -> None:
    bucket = templates.only("AWS::S3::Bucket", "LakeBucket").properties
    [encryption] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_bucket_is_reached_over_tls_only(templates: StageTemplates) -> None:
    policy = templates.only("AWS::S3::BucketPolicy", "LakeBucket").properties
    bucket = templates.only("AWS::S3::Bucket", "LakeBucket").name
    without_tls = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [f"{{{bucket}.Arn}}", f"{{{bucket}.Arn}}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }

    assert policy["Bucket"] == f"{{{bucket}}}"
    assert without_tls in policy["PolicyDocument"]["Statement"]


def test_who_asked_for_which_object_is_noted_in_a_bucket_of_its_own_and_forgotten(templates: StageTemplates) -> None:
    notes = templates.only("AWS::S3::Bucket", "LakeAccessLogs")
    (rule,) = notes.properties["LifecycleConfiguration"]["Rules"]
    logging = templates.only("AWS::S3::Bucket", "LakeBucket").properties["LoggingConfiguration"]

    assert logging["DestinationBucketName"] == f"{{{notes.name}}}"
    assert 0 < rule["ExpirationInDays"] <= 90
    assert set(notes.properties["PublicAccessBlockConfiguration"].values()) == {True}


def test_the_table_is_keyed_as_the_library_reads_it_and_can_be_restored(templates: StageTemplates) -> None:
    table = templates.only("AWS::DynamoDB::Table").properties

    assert table["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize(
    ("stream", "prefix", "error_prefix"),
    [
        ("LakeEvents", EVENTS_PREFIX, EVENTS_ERROR_PREFIX),
        ("LakeRefusals", REFUSALS_PREFIX, REFUSALS_ERROR_PREFIX),
        ("LakePredictions", PREDICTIONS_PREFIX, PREDICTIONS_ERROR_PREFIX),
        ("LakeFeedback", FEEDBACK_PREFIX, FEEDBACK_ERROR_PREFIX),
    ],
)
def test_a_stream_writes_gzip_where_the_lake_says(
    templates: StageTemplates, stream: str, prefix: str, error_prefix: str
) -> None:
    properties = templates.only("AWS::KinesisFirehose::DeliveryStream", stream).properties
    destination = properties["ExtendedS3DestinationConfiguration"]

    assert (destination["Prefix"], destination["ErrorOutputPrefix"]) == (prefix, error_prefix)
    assert destination["CompressionFormat"] == "GZIP"
    assert destination["BucketARN"] == f"{{{templates.only('AWS::S3::Bucket', 'LakeBucket').name}.Arn}}"
    assert properties["DeliveryStreamEncryptionConfigurationInput"] == {"KeyType": "AWS_OWNED_CMK"}


def test_streams_buffer_for_as_long_as_the_stage_says(prod: StageTemplates) -> None:
    streams = prod.resources("AWS::KinesisFirehose::DeliveryStream")
    hints = [stream.properties["ExtendedS3DestinationConfiguration"]["BufferingHints"] for stream in streams]

    assert hints == [{"IntervalInSeconds": 300, "SizeInMBs": 64}] * 4


def test_only_raw_and_spilled_events_are_announced_to_the_queue(templates: StageTemplates) -> None:
    queue = templates.only("AWS::SQS::Queue", "RawObjectsQueue").name

    assert templates.only("AWS::S3::Bucket", "LakeBucket").properties["NotificationConfiguration"] == {
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": prefix}]}},
                "Queue": f"{{{queue}.Arn}}",
            }
            for prefix in (RAW_EVENTS, SPILLED_EVENTS)
        ]
    }


def test_the_bucket_is_made_once_it_may_write_to_the_queue(templates: StageTemplates) -> None:
    bucket = templates.only("AWS::S3::Bucket", "LakeBucket").attributes
    policy = templates.only("AWS::SQS::QueuePolicy", "RawObjectsQueue")
    [sending] = [s for s in policy.properties["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]

    assert policy.name.partition(":")[2] in bucket["DependsOn"]
    assert sending["Principal"] == {"Service": "s3.amazonaws.com"}
    assert "sqs:SendMessage" in sending["Action"]
    assert sending["Condition"] == {"StringEquals": {"aws:SourceAccount": "{AWS::AccountId}"}}


def test_a_message_stays_hidden_for_six_timeouts_and_ends_in_the_dead_letter_queue(templates: StageTemplates) -> None:
    queue = templates.only("AWS::SQS::Queue", "RawObjectsQueue").properties
    dead_letters = templates.only("AWS::SQS::Queue", "DeadLetters").name
    split = templates.function("split").properties

    assert queue["VisibilityTimeout"] == 6 * split["Timeout"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": f"{{{dead_letters}.Arn}}", "maxReceiveCount": 5}


def test_queues_are_encrypted_and_dead_letters_are_kept_longest(templates: StageTemplates) -> None:
    queues = {queue.name: queue.properties for queue in templates.resources("AWS::SQS::Queue")}
    dead_letters = templates.only("AWS::SQS::Queue", "DeadLetters").name

    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())
    assert max(queues, key=lambda name: int(queues[name]["MessageRetentionPeriod"])) == dead_letters


def rules(templates: StageTemplates) -> dict[str, dict[str, Any]]:
    found = templates.only("AWS::S3::Bucket", "LakeBucket").properties["LifecycleConfiguration"]["Rules"]
    return {rule["Id"]: rule for rule in found}


def test_prefixes_are_kept_as_long_as_the_stage_says(templates: StageTemplates) -> None:
    config = {stage.name: stage for stage in STAGES}[templates.stage]
    found = rules(templates)
    expected = {
        "raw-events": (RAW_EVENTS, config.lifetimes.raw_events),
        "spilled-events": (SPILLED_EVENTS, config.lifetimes.spilled_events),
        "failed-split": (FAILED_SPLIT, config.lifetimes.failed_split),
        "refused-events": (FAILED_EVENTS, config.lifetimes.refused_events),
        "failed-deliveries": (FAILED_DELIVERIES, config.lifetimes.failed_deliveries),
        "predictions": (RAW_PREDICTIONS, config.lifetimes.predictions),
        "feedback": (RAW_FEEDBACK, config.lifetimes.feedback),
        "query-results": (QUERY_RESULTS, config.lifetimes.query_results),
        "split-plans": (SPLIT_PLANS, config.lifetimes.split_plans),
    }
    assert found.keys() == {"superseded"} | {name for name, (_, lifetime) in expected.items() if lifetime != Lifetime()}
    for name, rule in found.items():
        if name == "superseded":
            continue
        prefix, lifetime = expected[name]
        moves = {move["StorageClass"]: move["TransitionInDays"] for move in rule.get("Transitions", [])}
        assert (rule["Prefix"], rule["Status"]) == (prefix, "Enabled")
        assert rule.get("ExpirationInDays") == lifetime.expire_after_days
        assert (moves.get("STANDARD_IA"), moves.get("GLACIER_IR")) == (
            lifetime.infrequent_after_days,
            lifetime.archive_after_days,
        )


def test_what_is_removed_leaves_no_marker_behind_for_ever(templates: StageTemplates) -> None:
    superseded = rules(templates)["superseded"]

    assert superseded["ExpiredObjectDeleteMarker"] is True
    assert "Prefix" not in superseded


def test_nothing_of_a_client_ever_expires(templates: StageTemplates) -> None:
    prefixes = [rule["Prefix"] for name, rule in rules(templates).items() if name != "superseded"]
    assert not any(CLIENTS.startswith(prefix) or prefix.startswith(CLIENTS) for prefix in prefixes)


def test_no_template_holds_a_secret(templates: StageTemplates) -> None:
    for secret in templates.resources("AWS::SecretsManager::Secret"):
        assert "SecretString" not in secret.properties, secret.name
    for stack, document in templates.documents.items():
        text = json.dumps(document)
        assert "resolve:secretsmanager" not in text, stack
        assert not re.search(r"PRIVATE KEY|augury_sk_|AKIA[0-9A-Z]{16}", text), stack
