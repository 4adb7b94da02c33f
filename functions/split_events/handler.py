"""Splits raw objects as S3 tells of them, through a queue that brings back what failed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.lake import is_raw_events
from augury.split import Fate, Ledger, SplitResult, split_object
from functions.split_events.metrics import SplitMetrics
from functions.split_events.notifications import notified_keys

logger = Logger(service="split")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

_S3_CALL_S = 60.0  # a large object takes its time
_LOUD = {Fate.QUARANTINED, Fate.OVERWRITTEN, Fate.GONE}

_connection = Connection()
_settings = FunctionSettings()
_store = ObjectStore(_connection.s3(within_s=_S3_CALL_S), _settings.require("bucket"))
_ledger = Ledger(Table(_connection.dynamodb(), _settings.require("table")), "lambda", clock=lambda: datetime.now(UTC))
_metrics = SplitMetrics(_settings.stage)
# Of this environment, which takes one batch at a time: no other works under this name.
_owner = f"lambda-{uuid4()}"


def split_notified(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Split the objects that one message names."""
    for key in filter(is_raw_events, notified_keys(record.body)):
        # A claim that outlives the function can't be another's while this one still writes.
        result = split_object(
            _store, _ledger, key, owner=_owner, for_s=lambda_context.get_remaining_time_in_millis() / 1000
        )
        _report(result, lag_s=time.time() - int(record.attributes.sent_timestamp) / 1000)


def _report(result: SplitResult, lag_s: float) -> None:
    counts = result.counts
    write = logger.error if result.fate in _LOUD else logger.info
    write(
        str(result.fate),
        source=result.source,
        lines=counts.lines,
        clients=counts.clients,
        failed=counts.failed,
        reason=counts.quarantined,
    )
    _metrics.count(result, lag_s=lag_s)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Split the objects of one batch of messages; name the messages that must come back."""
    return process_partial_response(event=event, record_handler=_logged, processor=processor, context=context)


def _logged(record: SQSRecord, lambda_context: LambdaContext) -> None:
    try:
        split_notified(record, lambda_context)
    except Exception as error:
        logger.error("not split", message_id=record.message_id, error_type=type(error).__name__, error=str(error))
        raise
