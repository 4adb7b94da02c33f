from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from augury.local.functions import FunctionConfiguration, LocalFunction
from augury.local.notifications import EventSourceMapping, failed_message_ids
from tests.unit.local.handlers import HandlerModules

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

RECORDING = """
    import json
    from pathlib import Path

    LOG = Path(__file__).with_suffix(".log")

    def handler(event, context):
        with LOG.open("a") as log:
            log.write(json.dumps(event["Records"]) + "\\n")
        return answer(event["Records"])
"""


class Queues:
    """A queue with a dead-letter queue, and the function that reads it."""

    def __init__(self, sqs: SQSClient) -> None:
        self.sqs = sqs
        self.dead_letters_url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        redrive = {"deadLetterTargetArn": self._arn(self.dead_letters_url), "maxReceiveCount": 3}
        self.url = sqs.create_queue(
            QueueName="raw", Attributes={"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "900"}
        )["QueueUrl"]
        self.arn = self._arn(self.url)

    def _arn(self, url: str) -> str:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def mapping(self, function: LocalFunction) -> EventSourceMapping:
        return EventSourceMapping(
            self.sqs, queue_url=self.url, queue_arn=self.arn, region="us-east-1", function=function
        )

    def remaining(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
        return sum(map(int, attributes.values()))

    def dead(self) -> list[str]:
        messages = self.sqs.receive_message(QueueUrl=self.dead_letters_url, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(message["Body"] for message in messages)


class Function:
    """A function that records its batches, with the answer that a test writes."""

    def __init__(self, modules: HandlerModules, tmp_path: Any, answer: str) -> None:
        handler = modules.write("split", RECORDING + f"\n    def answer(records): {answer}\n")
        self.local = LocalFunction(FunctionConfiguration("split", handler))
        self._log = tmp_path / modules.package / "split.log"

    def batches(self) -> list[list[dict[str, Any]]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield Queues(boto3.client("sqs"))


def test_a_message_arrives_as_an_sqs_record_and_is_deleted(
    queues: Queues, handler_modules: HandlerModules, tmp_path: Any
) -> None:
    function = Function(handler_modules, tmp_path, "return None")
    queues.send("hello")

    with function.local:
        assert queues.mapping(function.local).poll() == 1

    ((record,),) = function.batches()
    assert record.pop("messageId")
    assert record.pop("receiptHandle")
    attributes = record.pop("attributes")
    assert record == {
        "body": "hello",
        "messageAttributes": {},
        "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
        "eventSource": "aws:sqs",
        "eventSourceARN": queues.arn,
        "awsRegion": "us-east-1",
    }
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes["SentTimestamp"].isdecimal()
    assert queues.remaining() == 0


def test_draining_takes_every_message_in_batches_of_ten(
    queues: Queues, handler_modules: HandlerModules, tmp_path: Any
) -> None:
    function = Function(handler_modules, tmp_path, "return {'batchItemFailures': []}")
    queues.send(*(str(number) for number in range(25)))

    with function.local:
        queues.mapping(function.local).drain()

    batches = function.batches()
    assert max(map(len, batches)) <= 10
    assert sorted(int(record["body"]) for batch in batches for record in batch) == list(range(25))
    assert queues.remaining() == 0


def test_a_failed_message_comes_back_and_dies_after_three_receives(
    queues: Queues, handler_modules: HandlerModules, tmp_path: Any
) -> None:
    function = Function(
        handler_modules,
        tmp_path,
        "return {'batchItemFailures': [{'itemIdentifier': r['messageId']} for r in records if r['body'] == 'bad']}",
    )
    queues.send("good", "bad")

    with function.local:
        queues.mapping(function.local).drain()

    assert [[record["body"] for record in batch] for batch in function.batches()] == [["good", "bad"], ["bad"], ["bad"]]
    assert queues.remaining() == 0
    assert queues.dead() == ["bad"]


def test_a_function_that_raises_fails_its_whole_batch(
    queues: Queues, handler_modules: HandlerModules, tmp_path: Any
) -> None:
    function = Function(handler_modules, tmp_path, "raise ValueError")
    queues.send("a", "b")

    with function.local:
        queues.mapping(function.local).drain()

    assert len(function.batches()) == 3
    assert queues.dead() == ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ("text", set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "other"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"id": "a"}]}, {"a", "b"}),
        ({"batchItemFailures": ["a"]}, {"a", "b"}),
    ],
)
def test_an_answer_says_which_messages_failed(answer: Any, failed: set[str]) -> None:
    assert failed_message_ids(answer, {"a", "b"}) == failed
