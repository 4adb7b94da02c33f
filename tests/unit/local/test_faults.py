"""What the local Firehose does wrong when it is told to."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from augury.lake import layout
from augury.local.faults import FirehoseFault, FirehoseFaults
from augury.local.firehose import FirehoseStandIn
from tests.unit.local.clocks import SteppedClock

if TYPE_CHECKING:
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_firehose.type_defs import PutRecordBatchOutputTypeDef

BUCKET = "lake"


class Lake:
    """A stream, its bucket and its clock."""

    def __init__(self, faults: FirehoseFaults) -> None:
        self.faults = faults
        self.clock = SteppedClock()
        self.stand_in = FirehoseStandIn(clock=self.clock, faults=faults)

    @contextmanager
    def open(self) -> Iterator[None]:
        with self.stand_in:
            boto3.client("s3").create_bucket(Bucket=BUCKET)
            self.firehose: FirehoseClient = boto3.client("firehose")
            self.firehose.create_delivery_stream(
                DeliveryStreamName="events",
                ExtendedS3DestinationConfiguration={
                    "RoleARN": "arn:aws:iam::123456789012:role/firehose",
                    "BucketARN": f"arn:aws:s3:::{BUCKET}",
                    "Prefix": layout.EVENTS_PREFIX,
                    "ErrorOutputPrefix": layout.EVENTS_ERROR_PREFIX,
                    "CompressionFormat": "GZIP",
                },
            )
            yield

    def put(self, *records: bytes) -> PutRecordBatchOutputTypeDef:
        return self.firehose.put_record_batch(
            DeliveryStreamName="events", Records=[{"Data": record} for record in records]
        )

    def objects(self) -> list[tuple[str, bytes]]:
        s3 = boto3.client("s3")
        keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        return [(key, gzip.decompress(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())) for key in keys]

    def contents(self) -> list[bytes]:
        return [body for _, body in self.objects()]


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    lake = Lake(FirehoseFaults(Random(7)))
    with mock_aws(), lake.open():
        yield lake


def test_nothing_goes_wrong_unless_it_is_asked_for(lake: Lake) -> None:
    lake.put(*[b"x\n"] * 500)
    lake.stand_in.flush_all()

    assert lake.contents() == [b"x\n" * 500]
    assert not lake.faults.injected


def test_a_refused_entry_is_named_in_a_200_and_is_not_delivered(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.ENTRY_REFUSED] = 0.5
    answer = lake.put(*[b"%d\n" % number for number in range(100)])
    lake.stand_in.flush_all()

    refused = [n for n, entry in enumerate(answer["RequestResponses"]) if "ErrorCode" in entry]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert 20 < answer["FailedPutCount"] == len(refused) == lake.faults.injected[FirehoseFault.ENTRY_REFUSED]
    assert {answer["RequestResponses"][n]["ErrorCode"] for n in refused} == {"ServiceUnavailableException"}
    (content,) = lake.contents()
    assert sorted(map(int, content.split())) == [n for n in range(100) if n not in refused]


def test_a_record_that_is_taken_twice_is_delivered_twice(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.RECORD_TWICE] = 1.0
    lake.put(b"1\n")
    lake.stand_in.flush_all()

    assert lake.contents() == [b"1\n1\n"]


def test_an_object_that_is_written_twice_has_two_keys(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.OBJECT_TWICE] = 1.0
    lake.put(b"1\n")
    lake.stand_in.flush_all()

    assert lake.contents() == [b"1\n", b"1\n"]


def test_a_late_batch_comes_within_its_time_to_the_hour_in_which_it_arrived(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.HELD_BACK] = 1.0
    lake.put(b"late\n")
    lake.stand_in.flush_all()
    assert (lake.contents(), lake.stand_in.waiting) == ([], 1)

    lake.clock.step(timedelta(hours=24).total_seconds())
    lake.stand_in.flush_due()

    ((key, body),) = lake.objects()
    assert (body, lake.stand_in.waiting) == (b"late\n", 0)
    assert key.startswith("logs/events.2026/11/23/09/")


def test_a_batch_that_s3_refuses_stays_in_line_until_s3_takes_it(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.WRITE_REFUSED] = 1.0
    lake.put(b"1\n")
    assert (lake.stand_in.flush_all(), lake.stand_in.waiting) == (0, 1)

    lake.faults.rates.clear()
    assert (lake.stand_in.flush_due(), lake.contents()) == (1, [b"1\n"])


def test_batches_can_overtake_each_other_and_none_is_lost(lake: Lake) -> None:
    lake.faults.rates[FirehoseFault.WRITE_REFUSED] = 1.0
    for number in range(5):
        lake.put(b"%d\n" % number)
        lake.stand_in.flush_all()
    lake.faults.rates = {FirehoseFault.OUT_OF_ORDER: 1.0}
    line: list[object] = list(range(5))
    lake.faults.reorder(line)
    lake.stand_in.flush_all()

    assert line != sorted(line, key=str)
    assert lake.faults.injected[FirehoseFault.OUT_OF_ORDER] == 2
    assert sorted(lake.contents()) == [b"%d\n" % number for number in range(5)]


def test_the_same_seed_meets_the_same_faults() -> None:
    def drawn() -> list[bool]:
        faults = FirehoseFaults(Random(3), {FirehoseFault.ENTRY_REFUSED: 0.3})
        return [faults.strikes(FirehoseFault.ENTRY_REFUSED) for _ in range(50)]

    assert drawn() == drawn()
    assert len(set(drawn())) == 2
