"""S3's notifications on their way to a function: Lambda's event source mapping for a queue.

How batches, failures and retries go is that of "Using Lambda with Amazon SQS"
(https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from augury.local.functions import FunctionFailed, LocalFunction, PayloadTooLarge

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

logger = logging.getLogger(__name__)

BATCH_SIZE = 10
"""Most messages in one invocation (Lambda's default for standard queues)."""


class EventSourceMapping:
    """Messages of one queue into one function.

    Messages that the function took are deleted. Those that it did not come back at once, not after the queue's
    visibility timeout as on AWS, and go to the queue's dead-letter queue after the receives that its redrive policy
    allows.

    Parameters
    ----------
    sqs : SQSClient
        boto3 client, from :class:`augury.aws.connection.Connection`.
    queue_url, queue_arn : str
        The queue.
    region : str
        Its region.
    function : LocalFunction
        The function, entered already.
    """

    def __init__(self, sqs: SQSClient, *, queue_url: str, queue_arn: str, region: str, function: LocalFunction) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._queue_arn = queue_arn
        self._region = region
        self._function = function
        # A poll that another thread has begun is over before the next one looks: what it took is then settled.
        self._polling = threading.Lock()

    def poll(self) -> int:
        """Receive one batch, invoke the function with it, settle it; return how many messages it had."""
        with self._polling:
            messages = self._receive()
            if messages:
                self._settle(messages, self._failed_ids(messages))
            return len(messages)

    def drain(self) -> None:
        """Poll until the queue is empty: every message is taken by the function or is in the dead-letter queue."""
        while self.poll():
            pass

    def _receive(self) -> list[MessageTypeDef]:
        answer = self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=BATCH_SIZE,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return answer.get("Messages", [])

    def _failed_ids(self, messages: Sequence[MessageTypeDef]) -> set[str]:
        event = {"Records": [self._record(message) for message in messages]}
        every_id = {message["MessageId"] for message in messages}
        try:
            return failed_message_ids(self._function.invoke(event), every_id)
        except (FunctionFailed, PayloadTooLarge):
            return every_id

    def _settle(self, messages: Sequence[MessageTypeDef], failed: set[str]) -> None:
        for message in messages:
            handle = message["ReceiptHandle"]
            if message["MessageId"] in failed:
                self._sqs.change_message_visibility(QueueUrl=self._queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
            else:
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=handle)
        if failed:
            logger.warning("%d of %d messages come back or go to the dead-letter queue", len(failed), len(messages))

    def _record(self, message: MessageTypeDef) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": dict(message.get("Attributes", {})),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._queue_arn,
            "awsRegion": self._region,
        }


def failed_message_ids(answer: Any, every_id: set[str]) -> set[str]:
    """Return which messages of a batch a function's answer says have failed.

    No answer and an empty one mean success. An answer that names no message of the batch where it should means that
    all failed ("Implementing partial batch responses": success and failure conditions).

    Examples
    --------
    >>> failed_message_ids({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"a", "b"})
    {'b'}
    >>> sorted(failed_message_ids({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}))
    ['a', 'b']
    """
    failures = answer.get("batchItemFailures") if isinstance(answer, Mapping) else None
    if not failures:
        return set()
    named: set[Any] = {failure.get("itemIdentifier") if isinstance(failure, Mapping) else None for failure in failures}
    return named if named <= every_id else every_id
