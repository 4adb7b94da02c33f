"""``POST /events`` and ``/js/event/new``: events in; 200 only once they are durable."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury import ingest
from augury.aws import DeliveryStream, ObjectStore, Table
from augury.aws.connection import Connection
from augury.clients import Authenticator, Caller, QuotaLimiter
from augury.config import FunctionSettings
from functions.http import (
    answer_preflight,
    authenticated,
    body,
    callback,
    header,
    make_resolver,
    parameter,
    parameters,
    remaining_s,
    request_id,
    respond,
    route,
)
from functions.ingest.metrics import IngestMetrics
from functions.ingest.snippet import answer_snippet

logger = Logger(service="ingest")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_table = Table(_aws.dynamodb(), _settings.require("table"))
_authenticator = Authenticator(_table)
_limiter = QuotaLimiter(_table)


@cache
def _bucket() -> ObjectStore:
    """Return where to spill. Most functions never do, and their cold start is shorter for it."""
    return ObjectStore(_aws.s3(within_s=ingest.SPILL_S), _settings.require("bucket"))


@cache
def _refusals_stream() -> DeliveryStream:
    """Return where refused events go, which not every function sees either."""
    return DeliveryStream(_aws.firehose(within_s=ingest.REFUSAL_TRY_S), _settings.require("refusals_stream"))


_stream = DeliveryStream(_aws.firehose(within_s=ingest.STREAM_TRY_S), _settings.require("events_stream"))
_sink = ingest.Sink(_stream, _bucket)
_refusals = ingest.RefusalLog(_refusals_stream)
_metrics = IngestMetrics(_settings.stage)


@app.post("/events")
def post_events() -> Response[str]:
    """Accept one event or many."""
    caller = authenticated(app, _authenticator)
    return _accept_body(caller, sent_at=header(app, "x-augury-sent-at"))


@app.post("/js/event/new")
def post_js_event() -> Response[str]:
    """Accept one event or many from a page, as ``navigator.sendBeacon`` sends them."""
    callback(app)
    caller = authenticated(app, _authenticator)
    return _accept_body(caller, sent_at=header(app, "x-augury-sent-at") or parameter(app, "sent_at"))


@app.get("/js/event/new")
def get_js_event() -> Response[str]:
    """Accept one event from a page."""
    callback(app)
    caller = authenticated(app, _authenticator)
    sent = parameters(app)
    fields = urlencode([(name, text) for name, text in sent if name not in ingest.NOT_FIELDS])
    return _accept(
        caller, lambda: ingest.decode_parameters(sent), sent_at=parameter(app, "sent_at"), as_sent=fields.encode()
    )


@app.get("/js/augury.js")
def get_snippet() -> Response[bytes]:
    """Give pages the script that sends their events."""
    return answer_snippet(app)


@app.route("/js/event/new", method="OPTIONS")
def preflight() -> Response[str]:
    """Tell a browser whether a page may send events."""
    return answer_preflight(app, _authenticator)


def _accept_body(caller: Caller, sent_at: str | None) -> Response[str]:
    sent = body(app)
    content_type, encoding = header(app, "content-type") or "", header(app, "content-encoding") or ""
    return _accept(caller, lambda: ingest.decode_body(sent, content_type, encoding), sent_at=sent_at, as_sent=sent)


def _accept(caller: Caller, read: Callable[[], ingest.Batch], *, sent_at: str | None, as_sent: bytes) -> Response[str]:
    submission = ingest.Submission(caller.client, datetime.now(UTC), sent_at, request_id(app))

    def deliver(records: Sequence[bytes]) -> Sequence[bytes]:
        _limiter.take(caller, events=sum(record.count(b"\n") for record in records))
        return _sink.keep(records, submission.received_at, within_s=remaining_s(app))

    outcome = ingest.accept(read, submission, deliver)
    kept = _refusals.keep(outcome, submission, as_sent) if remaining_s(app) > ingest.REFUSAL_TRY_S else 0
    _metrics.count(outcome, route(app).key, caller.client, kept)
    if outcome.error is not None:
        raise outcome.error
    return respond(app, outcome.as_json())


# What the cold start made stays for good: collections of garbage, a few milliseconds each, need not go through it.
gc.freeze()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return app.resolve(event, context)
