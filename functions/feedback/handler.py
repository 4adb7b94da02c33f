"""``POST /feedback``: what became of a prediction; 200 only once it is durable."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury import ingest
from augury.aws import DeliveryStream, ObjectStore, Table
from augury.aws.connection import Connection
from augury.clients import Authenticator
from augury.config import FunctionSettings
from augury.lake import direct_feedback_key
from functions.feedback.metrics import FeedbackMetrics
from functions.http import authenticated, body, make_resolver, remaining_s, respond

logger = Logger(service="feedback")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_authenticator = Authenticator(Table(_aws.dynamodb(), _settings.require("table")))


@cache
def _bucket() -> ObjectStore:
    """Return where to spill; most functions never do."""
    return ObjectStore(_aws.s3(within_s=ingest.SPILL_S), _settings.require("bucket"))


_stream = DeliveryStream(_aws.firehose(within_s=ingest.STREAM_TRY_S), _settings.require("feedback_stream"))
_sink = ingest.Sink(_stream, _bucket, spill_key=direct_feedback_key)
_metrics = FeedbackMetrics(_settings.stage)


@app.post("/feedback")
def post_feedback() -> Response[str]:
    """Keep what a client says of one of its predictions."""
    caller = authenticated(app, _authenticator)
    feedback = ingest.parse_feedback(body(app))
    received_at = datetime.now(UTC)
    spilled = _sink.keep([feedback.line(caller.client, received_at) + b"\n"], received_at, within_s=remaining_s(app))
    _metrics.kept(feedback, caller.client, spilled=bool(spilled))
    if spilled:
        logger.warning("feedback spilled", client=caller.client, puid=feedback.puid)
    return respond(app, {"puid": feedback.puid})


gc.freeze()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return _metrics.measured(lambda: app.resolve(event, context))
