"""The ASGI application: a request off the server, its answer made at once or on a thread that may wait."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from augury.errors import AuguryError, Detail, Kind
from functions.container.bodies import BodyTooLarge, CallerGone, Receive, discard, read_body
from functions.container.patient_threads import PatientThreads
from functions.exchange import Answer, Request
from functions.replies import error_reply

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Largest body, unless an application takes larger ones."""

BODY_S = 30.0
"""Seconds for a caller to send its body."""

ANSWER_S = 20.0
"""Seconds for an answer."""

_DISCARD_S = 5.0

_TOO_SLOW = Answer(408, b'{"message":"Request Timeout"}')

type Send = Callable[[dict[str, Any]], Awaitable[None]]
type Respond = Callable[[Request], Answer]


class Application:
    """Answers HTTP requests. The event loop's thread must be one that may not wait.

    Parameters
    ----------
    respond : callable
        Makes the answer to a request. It is called again, on another thread, where it must wait.
    threads : PatientThreads
        Those other threads.
    most_bytes : int
        Largest body.
    """

    def __init__(self, respond: Respond, threads: PatientThreads, most_bytes: int = MAX_BODY_BYTES) -> None:
        self._respond = respond
        self._threads = threads
        self._most_bytes = most_bytes

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        request = _request(scope)
        try:
            body = await read_body(receive, request.headers, most_bytes=self._most_bytes, within_s=BODY_S)
        except BodyTooLarge:
            said = f"send at most {self._most_bytes // 1024**2} MiB"
            return await _refuse(send, receive, error_reply(request, _too_large(said)))
        except TimeoutError:
            return await _refuse(send, receive, _TOO_SLOW)
        except CallerGone:
            return None
        request.read_body = lambda: body
        return await _send(send, await self._answered(request, len(body)))

    async def _answered(self, request: Request, body_bytes: int) -> Answer:
        try:
            return await self._threads.at_once_or_later(
                lambda: _caller(request), lambda: self._respond(request), body_bytes
            )
        except AuguryError as refused:
            return error_reply(request, refused)


def _request(scope: Any) -> Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        named, text = name.decode("latin-1"), value.decode("latin-1")
        headers[named] = f"{headers[named]},{text}" if named in headers else text
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        read_body=bytes,
        deadline=time.monotonic() + ANSWER_S,
    )


def _caller(request: Request) -> str:
    """Return the credential that a request brought, good or not."""
    return request.headers.get("authorization") or dict(request.parameters).get("consumer_key", "")


def _too_large(said: str) -> AuguryError:
    return AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), said)])


async def _send(send: Send, answer: Answer, *more: tuple[bytes, bytes], is_last: bool = True) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()]
    if answer.content_type is not None:
        headers.append((b"content-type", answer.content_type.encode()))
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": [*headers, *more]})
    await send({"type": "http.response.body", "body": answer.body, "more_body": not is_last})


async def _refuse(send: Send, receive: Receive, answer: Answer) -> None:
    """Answer a request that was not read to its end, after which the connection is of no use."""
    await _send(send, answer, (b"connection", b"close"), is_last=False)
    await discard(receive, within_s=_DISCARD_S)
    await send({"type": "http.response.body", "body": b"", "more_body": False})
