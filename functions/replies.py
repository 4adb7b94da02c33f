"""Answers in Augury's shapes: JSON or JSONP, and errors as the table of errors has them."""

from __future__ import annotations

import traceback
from typing import Any

import orjson
from aws_lambda_powertools import Logger

from augury.errors import AuguryError, Kind
from augury.jsonp import wrap
from functions.cors import cors_headers
from functions.exchange import BINARY, JSON, Answer, Request

_JAVASCRIPT = "application/javascript"
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def reply(request: Request, content: Any, status: int = 200, **headers: str) -> Answer:
    """Return an answer as JSON, or as JSONP where the page asked for it.

    Parameters
    ----------
    request : Request
        What is answered.
    content : Any
        What orjson can write.
    status : int
        HTTP status.
    **headers : str
        Further headers, with underscores for hyphens.

    Raises
    ------
    AuguryError
        The callback that the page names could do harm.
    """
    function = request.callback
    if function is None:
        return _answer(request, orjson.dumps(content), JSON, status, headers)
    return _answer(request, wrap(function, orjson.dumps(content).decode()).encode(), _JAVASCRIPT, status, headers)


def bytes_reply(request: Request, body: bytes, json_bytes: int | None) -> Answer:
    """Return an answer that is JSON already.

    Parameters
    ----------
    request : Request
        What is answered.
    body : bytes
        JSON, which tensors in binary may follow.
    json_bytes : int or None
        How many bytes are JSON, where something follows.
    """
    if json_bytes is None:
        return _answer(request, body, JSON, 200, {})
    return _answer(request, body, BINARY, 200, {"Inference_Header_Content_Length": str(json_bytes)})


def error_reply(request: Request, error: AuguryError) -> Answer:
    """Return an error as an answer, in the form that the caller asked for where that form is safe."""
    headers = {} if error.retry_after_s is None else {"Retry_After": str(error.retry_after_s)}
    if error.status == 401:
        headers["WWW_Authenticate"] = "Bearer"
    try:
        return reply(request, _error_body(request, error), error.status, **headers)
    except AuguryError as unsafe_callback:
        content = orjson.dumps(unsafe_callback.as_json())
        return _answer(request, content, JSON, unsafe_callback.status, {})


def error_of(fault: Exception, logger: Logger) -> AuguryError:
    """Return the error that a caller is told of a fault, and log what operators should know of it."""
    if not isinstance(fault, AuguryError):
        # The type and place of a fault are logged; its text could hold what the caller sent.
        logger.error("unexpected error", error_type=type(fault).__name__, raised_in=_place(fault))
        return AuguryError(Kind.INTERNAL)
    if fault.status >= 500:
        logger.error("answered with an error of ours", kind=fault.kind.name, cause=str(fault.__cause__ or ""))
    return fault


def _answer(request: Request, body: bytes, content_type: str, status: int, headers: dict[str, str]) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, content_type, {**_ALWAYS, **cors_headers(request), **named})


def _error_body(request: Request, error: AuguryError) -> dict[str, Any]:
    ours = error.as_json()
    # The Open Inference Protocol's clients read "error" alone.
    return {"error": str(error), **ours} if request.path.startswith("/v2") else ours


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
