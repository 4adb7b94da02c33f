from __future__ import annotations

import gzip
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.firehose.models import firehose_backends

from augury.lake import layout
from augury.local.firehose import FirehoseStandIn
from tests.unit.local.clocks import SteppedClock

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_s3 import S3Client

BUCKET = "lake"
KIB = 1024
S3_DESTINATION = {
    "RoleARN": "arn:aws:iam::123456789012:role/firehose",
    "BucketARN": f"arn:aws:s3:::{BUCKET}",
    "Prefix": layout.EVENTS_PREFIX,
    "ErrorOutputPrefix": layout.EVENTS_ERROR_PREFIX,
    "CompressionFormat": "GZIP",
    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
}


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


@pytest.fixture
def s3(account: None) -> S3Client:
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def stand_in(clock: SteppedClock, account: None) -> Iterator[FirehoseStandIn]:
    with FirehoseStandIn(clock=clock) as stand_in:
        yield stand_in


@pytest.fixture
def firehose(stand_in: FirehoseStandIn, s3: S3Client) -> FirehoseClient:
    client = boto3.client("firehose")
    create_stream(client)
    return client


def create_stream(client: FirehoseClient, name: str = "events", **changes: Any) -> None:
    configuration: Any = {key: value for key, value in (S3_DESTINATION | changes).items() if value is not None}
    client.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=configuration)


def put(client: FirehoseClient, *records: bytes, stream: str = "events") -> list[str]:
    answer = client.put_record_batch(DeliveryStreamName=stream, Records=[{"Data": record} for record in records])
    assert answer["FailedPutCount"] == 0
    return [entry["RecordId"] for entry in answer["RequestResponses"]]


def objects(s3: S3Client, bucket: str = BUCKET) -> dict[str, bytes]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def error_of(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_records_are_delivered_as_one_gzip_object_once_the_oldest_has_waited(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn, clock: SteppedClock
) -> None:
    put(firehose, b"1\n", b"2\n")
    clock.step(59)
    firehose.put_record(DeliveryStreamName="events", Record={"Data": b"3\n"})
    assert stand_in.flush_due() == 0
    assert objects(s3) == {}

    clock.step(1)
    assert stand_in.flush_due() == 1

    ((key, body),) = objects(s3).items()
    uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"logs/events\.2026/11/23/09/events-1-2026-11-23-09-30-15-{uuid}\.gz", key)
    assert gzip.decompress(body) == b"1\n2\n3\n"


def test_the_hour_of_an_object_is_that_of_its_oldest_record(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn, clock: SteppedClock
) -> None:
    clock.step(29 * 60)
    put(firehose, b"9:59\n")
    clock.step(55)
    put(firehose, b"10:00\n")
    clock.step(5)

    stand_in.flush_due()

    ((key, body),) = objects(s3).items()
    assert key.startswith("logs/events.2026/11/23/09/")
    assert gzip.decompress(body) == b"9:59\n10:00\n"


def test_a_full_buffer_is_delivered_before_its_time(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    put(firehose, b"a" * 600 * KIB, b"b" * 600 * KIB, b"c")

    assert stand_in.flush_due() == 1
    assert [gzip.decompress(body)[-1:] for body in objects(s3).values()] == [b"b"]
    assert stand_in.flush_all() == 1
    assert {gzip.decompress(body)[-1:] for body in objects(s3).values()} == {b"b", b"c"}


@pytest.mark.parametrize("interval_s", [0, 2])
def test_the_local_interval_replaces_the_streams_own(
    account: None, s3: S3Client, clock: SteppedClock, interval_s: int
) -> None:
    with FirehoseStandIn(clock=clock, interval=timedelta(seconds=interval_s)) as stand_in:
        client = boto3.client("firehose")
        create_stream(client)
        put(client, b"1")
        clock.step(interval_s)

        assert stand_in.flush_due() == 1


def test_an_uncompressed_stream_with_no_prefix_uses_firehoses_defaults(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    create_stream(firehose, "plain", Prefix=None, ErrorOutputPrefix=None, CompressionFormat=None)

    put(firehose, b"text", stream="plain")
    stand_in.flush_all()

    ((key, body),) = objects(s3).items()
    assert re.fullmatch(r"2026/11/23/09/plain-1-2026-11-23-09-30-15-[0-9a-f-]{36}", key)
    assert body == b"text"


def test_streams_do_not_share_buffers(firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn) -> None:
    create_stream(firehose, "predictions", Prefix=layout.PREDICTIONS_PREFIX)

    put(firehose, b"event")
    put(firehose, b"prediction", stream="predictions")

    assert stand_in.flush_all() == 2
    contents = {key.split(".")[0]: gzip.decompress(body) for key, body in objects(s3).items()}
    assert contents == {"logs/events": b"event", "logs/predictions": b"prediction"}


def test_a_changed_destination_has_a_new_version_in_its_objects_names(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    put(firehose, b"old")
    firehose.update_destination(
        DeliveryStreamName="events",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "new/"},
    )
    put(firehose, b"new")
    stand_in.flush_all()

    contents = {gzip.decompress(body): key for key, body in objects(s3).items()}
    assert contents[b"old"].startswith("logs/events.2026/11/23/09/events-1-")
    assert contents[b"new"].startswith("new/2026/11/23/09/events-2-")


def test_every_record_gets_an_id_of_its_own(firehose: FirehoseClient) -> None:
    ids = put(firehose, *[b"x"] * 500)

    assert len(set(ids)) == 500


def test_a_record_at_the_limit_is_taken_and_one_above_it_is_not(firehose: FirehoseClient) -> None:
    firehose.put_record(DeliveryStreamName="events", Record={"Data": bytes(1_000 * KIB)})

    code, message = error_of(
        lambda: firehose.put_record(DeliveryStreamName="events", Record={"Data": bytes(1_000 * KIB + 1)})
    )

    assert code == "ValidationException"
    assert (
        "'record.data' failed to satisfy constraint: Member must have length less than or equal to 1024000" in message
    )


def test_one_record_above_the_limit_fails_its_whole_batch(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    code, message = error_of(lambda: put(firehose, b"good", bytes(1_000 * KIB + 1)))

    assert code == "ValidationException"
    assert "records.2.member.data" in message
    assert stand_in.flush_all() == 0


def test_a_batch_of_500_records_is_taken_and_one_of_501_is_not(firehose: FirehoseClient) -> None:
    put(firehose, *[b"x"] * 500)

    code, message = error_of(lambda: put(firehose, *[b"x"] * 501))

    assert code == "ValidationException"
    assert "at 'records' failed to satisfy constraint: Member must have length less than or equal to 500" in message


def test_a_batch_of_4_mib_is_taken_and_one_above_it_is_not(firehose: FirehoseClient) -> None:
    half_mib = bytes(512 * KIB)
    put(firehose, *[half_mib] * 8)

    code, message = error_of(lambda: put(firehose, *[half_mib] * 8, b"x"))

    assert (code, message) == ("InvalidArgumentException", "Records size exceeds 4 MB limit")


def test_an_unknown_stream_is_not_found(firehose: FirehoseClient) -> None:
    assert error_of(lambda: put(firehose, b"x", stream="nowhere"))[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"ErrorOutputPrefix": None}, "InvalidArgumentException", "ErrorOutputPrefix cannot be null or empty"),
        ({"Prefix": "!{nonsense:x}/"}, "InvalidArgumentException", "!{nonsense:x}"),
        ({"CompressionFormat": "Snappy"}, "InvalidArgumentException", "does not imitate CompressionFormat"),
        ({"ProcessingConfiguration": {"Enabled": True}}, "InvalidArgumentException", "ProcessingConfiguration"),
        ({"CustomTimeZone": "Asia/Tokyo"}, "InvalidArgumentException", "CustomTimeZone"),
        (
            {"BufferingHints": {"SizeInMBs": 129, "IntervalInSeconds": 60}},
            "ValidationException",
            "'bufferingHints.sizeInMBs' failed to satisfy constraint: Member must have value less than or equal to 128",
        ),
        (
            {"BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 901}},
            "ValidationException",
            "'bufferingHints.intervalInSeconds'",
        ),
    ],
)
def test_a_destination_that_firehose_would_refuse_makes_no_stream(
    firehose: FirehoseClient, changes: dict[str, Any], code: str, words: str
) -> None:
    answered_code, message = error_of(lambda: create_stream(firehose, "refused", **changes))

    assert answered_code == code
    assert words in message
    assert "refused" not in firehose.list_delivery_streams()["DeliveryStreamNames"]


def test_a_batch_that_s3_refuses_is_delivered_when_s3_is_back(
    stand_in: FirehoseStandIn, account: None, caplog: pytest.LogCaptureFixture
) -> None:
    client, s3 = boto3.client("firehose"), boto3.client("s3")
    create_stream(client)
    put(client, b"kept")
    assert stand_in.flush_all() == 0
    assert "stays in line" in caplog.text

    s3.create_bucket(Bucket=BUCKET)
    assert stand_in.flush_due() == 1

    assert [gzip.decompress(body) for body in objects(s3).values()] == [b"kept"]


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads interrupt each other as often as they can, so that a missing lock shows."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_writers_in_many_threads_lose_nothing(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    create_stream(firehose, "plain", CompressionFormat=None)
    backend = firehose_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]

    sent = [[f"{writer}-{number}\n".encode() for number in range(3_000)] for writer in range(3)]

    def write(records: list[bytes]) -> None:
        for record in records:
            backend.put_record_batch("plain", [{"Data": record}])

    threads = [threading.Thread(target=write, args=(records,)) for records in sent]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        stand_in.flush_all()
    stand_in.flush_all()

    lines = b"".join(objects(s3).values()).splitlines(keepends=True)
    assert sorted(lines) == sorted(record for records in sent for record in records)


def test_a_delivered_object_notifies_the_buckets_queue(
    firehose: FirehoseClient, s3: S3Client, stand_in: FirehoseStandIn
) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="raw")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]},
    )
    sqs.purge_queue(QueueUrl=url)

    put(firehose, b"x")
    stand_in.flush_all()

    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    (record,) = json.loads(message["Body"])["Records"]
    assert [unquote_plus(record["s3"]["object"]["key"])] == list(objects(s3))


def test_only_one_stand_in_can_be_installed(stand_in: FirehoseStandIn) -> None:
    with pytest.raises(RuntimeError, match="another local Firehose"), FirehoseStandIn():
        pass


def test_moto_is_as_before_once_the_stand_in_is_gone(account: None, s3: S3Client) -> None:
    with FirehoseStandIn():
        pass
    client = boto3.client("firehose")
    create_stream(client, ErrorOutputPrefix=None)

    put(client, b"at once")

    assert list(objects(s3).values()) == [b"at once"]
