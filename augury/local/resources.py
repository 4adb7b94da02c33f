"""What the CDK app makes on AWS, made on the local one: bucket, table, streams, secret and queues."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

from augury.aws.connection import Connection
from augury.lake import layout

MAX_RECEIVES = 3
"""Receives after which a notification goes to the dead-letter queue."""

_ROLE_ARN = "arn:aws:iam::123456789012:role/augury-local"


@dataclass(frozen=True, slots=True)
class Resources:
    """Names of what the platform consists of."""

    region: str = "us-east-1"
    bucket: str = "augury-local"
    table: str = "augury-local"
    events_stream: str = "augury-local-events"
    events_prefix: str = layout.EVENTS_PREFIX
    refusals_stream: str = "augury-local-refusals"
    predictions_stream: str = "augury-local-predictions"
    feedback_stream: str = "augury-local-feedback"
    signing_secret: str = "augury-local/token-signing-key"  # noqa: S105  # its name
    pepper_secret: str = "augury-local/pepper"  # noqa: S105  # its name
    raw_objects_queue: str = "augury-local-raw-objects"
    raw_objects_dead_letters: str = "augury-local-raw-objects-dead"


@dataclass(frozen=True, slots=True)
class Queue:
    """Address and ARN of a queue."""

    url: str
    arn: str


def create(resources: Resources, connection: Connection) -> Queue:
    """Make every resource in an empty account; return the queue of raw objects' notifications."""
    connection.s3().create_bucket(Bucket=resources.bucket)
    _create_table(resources, connection)
    _create_stream(resources, connection, resources.events_stream, resources.events_prefix, layout.EVENTS_ERROR_PREFIX)
    _create_stream(
        resources, connection, resources.refusals_stream, layout.REFUSALS_PREFIX, layout.REFUSALS_ERROR_PREFIX
    )
    _create_stream(
        resources, connection, resources.predictions_stream, layout.PREDICTIONS_PREFIX, layout.PREDICTIONS_ERROR_PREFIX
    )
    _create_stream(
        resources, connection, resources.feedback_stream, layout.FEEDBACK_PREFIX, layout.FEEDBACK_ERROR_PREFIX
    )
    connection.secretsmanager().create_secret(Name=resources.signing_secret)
    connection.secretsmanager().create_secret(Name=resources.pepper_secret, SecretString=secrets.token_urlsafe(48))
    dead_letters = _create_queue(resources.raw_objects_dead_letters, connection, {})
    redrive = {"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": MAX_RECEIVES}
    queue = _create_queue(
        resources.raw_objects_queue,
        connection,
        {"VisibilityTimeout": "900", "RedrivePolicy": json.dumps(redrive)},
    )
    _notify(resources, connection, queue)
    return queue


def _create_table(resources: Resources, connection: Connection) -> None:
    connection.dynamodb().create_table(
        TableName=resources.table,
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )


def _create_stream(resources: Resources, connection: Connection, name: str, prefix: str, error_prefix: str) -> None:
    connection.firehose().create_delivery_stream(
        DeliveryStreamName=name,
        DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": _ROLE_ARN,
            "BucketARN": f"arn:aws:s3:::{resources.bucket}",
            "Prefix": prefix,
            "ErrorOutputPrefix": error_prefix,
            "CompressionFormat": "GZIP",
            "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        },
    )


def _create_queue(name: str, connection: Connection, attributes: dict[str, str]) -> Queue:
    sqs = connection.sqs()
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Queue(url, arn)


def _notify(resources: Resources, connection: Connection, queue: Queue) -> None:
    """Send the queue a message for every raw object, and, as S3 does, one test event now."""
    connection.s3().put_bucket_notification_configuration(
        Bucket=resources.bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "Id": name,
                    "QueueArn": queue.arn,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
                }
                for name, prefix in (("raw-events", layout.RAW_EVENTS), ("spilled-events", layout.SPILLED_EVENTS))
            ]
        },
    )
