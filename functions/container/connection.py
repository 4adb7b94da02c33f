"""One connection of a caller: uvicorn's, with limits on heads of requests and on callers that are slow.

A load balancer in front has limits of its own; within a cluster there may be none.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from functions.container.plain_parser import PlainParser

MAX_HEADER_BYTES = 10_240
"""Most bytes of the request line and all header values, as API Gateway's quotas for HTTP APIs have it."""

HEAD_S = 10.0
"""Seconds for the head of a request, from the connection or from its first byte."""

ANSWER_TAKEN_S = 30.0
"""Seconds after which a caller that takes nothing of its answer is cut off."""

_MAX_HEAD_BYTES = 4 * MAX_HEADER_BYTES
_MESSAGES = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class _HeadTooLarge(Exception):
    """Ends the reading of a head."""


class _NoTunnel(Exception):
    """Refuses to be a proxy."""


class Connection(HttpToolsProtocol):
    """uvicorn's protocol with those limits; what it refuses has API Gateway's bodies."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parser = PlainParser(self)  # type: ignore[assignment]
        self._is_in_head = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._unread_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the caller."""
        self._head_arrived()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        self._unread_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._unread_bytes > _MAX_HEAD_BYTES:
            self._refuse(431)
        elif self._is_idle():
            self._expect_head()  # something came, and it was no whole head

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._header_bytes = 0
        self._is_in_head = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the request line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what comes as one behind a body is none (RFC 9110, section 6.5.1)."""
        self._count(value)
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        self._is_in_head = False
        if self.parser.get_method() == b"CONNECT":
            raise _NoTunnel
        if self.parser.is_plain:  # type: ignore[attr-defined]
            self._head_arrived()
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request."""
        if self.parser.is_plain:  # type: ignore[attr-defined]
            super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the caller to take its answer."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(ANSWER_TAKEN_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or more of it than is taken."""
        del msg
        self._refuse(431 if self._header_bytes > MAX_HEADER_BYTES else 400)

    def _count(self, part: bytes) -> None:
        self._header_bytes += len(part)
        if self._header_bytes > MAX_HEADER_BYTES:
            raise _HeadTooLarge

    def _is_idle(self) -> bool:
        is_answering = self.cycle is not None and not self.cycle.response_complete
        return self._head_timer is None and self.timeout_keep_alive_task is None and not is_answering

    def _expect_head(self) -> None:
        if not self.transport.is_closing():
            self._head_timer = self.loop.call_later(HEAD_S, self._refuse, 408)

    def _head_arrived(self) -> None:
        self._unread_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: int) -> None:
        self._head_arrived()
        if self.transport.is_closing():
            return
        body = b'{"message":"%s"}' % _MESSAGES[status]
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        self.transport.write(STATUS_LINE[status] + head + body)
        self.transport.close()
