"""API Gateway's event as a request, and its answer, without a router between.

Powertools' router took 38 us of a warm prediction's 191 us in a loop, and 115 us of 590 us where other work had the
processor in between. The predict function's own time is to stay within 250 us.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any

from augury.errors import AuguryError, Detail, Kind
from functions.exchange import BINARY, Answer, Request

_ANSWERING_S = 1.0  # what is kept of a function's time for its answer


def request_of(event: Mapping[str, Any], context: Any) -> Request:
    """Return the request of an event in payload format 2.0.

    Parameters
    ----------
    event : mapping
        The event.
    context : object
        Lambda's context, which says how much time is left.
    """
    http = event["requestContext"]["http"]
    return Request(
        method=http["method"],
        path=_path(event),
        query=event.get("rawQueryString") or "",
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        read_body=lambda: _body(event),
        deadline=time.monotonic() + context.get_remaining_time_in_millis() / 1000 - _ANSWERING_S,
    )


def result_of(answer: Answer) -> dict[str, Any]:
    """Return an answer as API Gateway takes it; only what is text goes without base64."""
    is_binary = answer.content_type == BINARY
    typed = {} if answer.content_type is None else {"Content-Type": answer.content_type}
    return {
        "statusCode": answer.status,
        "headers": {**typed, **answer.headers},
        "body": base64.b64encode(answer.body).decode() if is_binary else answer.body.decode(),
        "isBase64Encoded": is_binary,
    }


def _path(event: Mapping[str, Any]) -> str:
    """Return the path without the stage that stands before it, unless the stage is ``$default``."""
    path, stage = str(event["rawPath"]), event["requestContext"].get("stage", "$default")
    return path if stage == "$default" else path.removeprefix(f"/{stage}")


def _body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "the body can't be read")]) from None
