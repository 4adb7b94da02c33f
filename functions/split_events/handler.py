"""Splits raw objects as S3 tells of them, through a queue that brings back what failed."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.lake import is_raw_events
from augury.split import SplitSummary, split_object

logger = Logger(service="split")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

_store = ObjectStore(Connection().s3(), FunctionSettings().require("bucket"))


def split_notified(record: SQSRecord) -> None:
    """Split the objects that one notification names; S3's test message names none."""
    for entry in orjson.loads(record.body).get("Records", []):
        key = unquote_plus(entry["s3"]["object"]["key"])
        if is_raw_events(key):
            summary = _split(key)
            logger.info("split", source=key, lines=summary.total, clients=len(summary.split), failed=summary.failed)


def _split(key: str) -> SplitSummary:
    try:
        return split_object(_store, key)
    except Exception as error:
        logger.error("not split", source=key, error_type=type(error).__name__, error=str(error))
        raise


def handler(event: dict[str, Any], context: Any) -> Any:
    """Split the objects of one batch of messages; name the messages that must come back."""
    return process_partial_response(event=event, record_handler=split_notified, processor=processor, context=context)
