"""``POST /events`` and ``GET /js/event/new``: events in; 200 only once they are durable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury import ingest
from augury.aws import DeliveryStream, Table
from augury.aws.connection import Connection
from augury.clients import Authenticator, Caller, QuotaLimiter
from augury.config import FunctionSettings
from functions.http import body, callback, header, make_resolver, parameters, presented, respond, route

# What is kept of the function's time for its answer, in seconds.
_MARGIN_S = 1.0

logger = Logger(service="ingest")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_table = Table(_aws.dynamodb(), _settings.require("table"))
_authenticator = Authenticator(_table)
_limiter = QuotaLimiter(_table)
_stream = DeliveryStream(_aws.firehose(), _settings.require("events_stream"))


@app.post("/events")
def post_events() -> Response[str]:
    """Accept one event or many."""
    caller = _authenticator.authenticate(presented(app), route(app))
    batch = ingest.decode_body(body(app), header(app, "content-type") or "", header(app, "content-encoding") or "")
    return _accept(batch, caller)


@app.get("/js/event/new")
def get_js_event() -> Response[str]:
    """Accept one event from a page."""
    callback(app)
    caller = _authenticator.authenticate(presented(app), route(app))
    return _accept(ingest.decode_parameters(parameters(app)), caller)


def _accept(batch: ingest.Batch, caller: Caller) -> Response[str]:
    _limiter.take(caller, events=len(batch.entries))
    outcome = ingest.accept(batch, client=caller.client, received_at=datetime.now(UTC), deliver=_deliver)
    return respond(app, outcome.as_json())


def _deliver(records: Sequence[bytes]) -> None:
    remaining_s = app.lambda_context.get_remaining_time_in_millis() / 1000
    ingest.deliver(records, _stream, within_s=remaining_s - _MARGIN_S)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return app.resolve(event, context)
