"""Request bodies off the wire, as far as API Gateway would take them."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping
from io import BufferedIOBase

MAX_BODY_BYTES = 10 * 1024 * 1024
"""Largest body that an HTTP API takes (API Gateway quotas, "Payload size": 10 MB, not raisable)."""

_MAX_CHUNK_LINE_BYTES = 1024
_MAX_LENGTH_DIGITS = 20
_MAX_TRAILERS = 100
_DISCARD_BYTES = 64 * 1024


class BodyTooLarge(Exception):
    """The body is larger than API Gateway takes; it was not read to its end."""


class MalformedBody(Exception):
    """The body is not framed as HTTP/1.1 frames it (RFC 9112, sections 6 and 7)."""


def announced_bytes(headers: Mapping[str, str]) -> int:
    """Return the length that ``Content-Length`` announces, 0 without one.

    Raises
    ------
    BodyTooLarge
        It announces more than :data:`MAX_BODY_BYTES`.
    MalformedBody
        It is no number.
    """
    text = headers.get("content-length", "0").strip()
    if not (text.isascii() and text.isdecimal()):
        raise MalformedBody("Content-Length is no number")
    if len(text) > _MAX_LENGTH_DIGITS or int(text) > MAX_BODY_BYTES:
        raise BodyTooLarge
    return int(text)


def read_body(stream: BufferedIOBase, headers: Mapping[str, str]) -> bytes:
    """Read the body of one request, chunked or of announced length.

    Raises
    ------
    BodyTooLarge, MalformedBody
        See :class:`BodyTooLarge` and :class:`MalformedBody`.
    """
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].strip().lower() != "chunked" or "content-length" in headers:
            raise MalformedBody("Transfer-Encoding must be chunked, without Content-Length")
        return _read_chunked(stream)
    return _read_exactly(stream, announced_bytes(headers))


def discard(connection: socket.socket, *, timeout_s: float = 5.0) -> None:
    """Let a caller who is still sending reach our answer: read and drop until they stop, for a few seconds at most.

    Closing a socket with unread data resets the connection, and the answer is lost with it (RFC 9112, section 9.6).
    """
    deadline = time.monotonic() + timeout_s
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(timeout_s)
        while time.monotonic() < deadline and connection.recv(_DISCARD_BYTES):
            pass


def _read_chunked(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while size := _chunk_size(stream):
        if len(body) + size > MAX_BODY_BYTES:
            raise BodyTooLarge
        body += _read_exactly(stream, size)
        if stream.read(2) != b"\r\n":
            raise MalformedBody("a chunk without its end")
    for _ in range(_MAX_TRAILERS):
        if not _line(stream):
            return bytes(body)
    raise MalformedBody("too many trailer fields")


def _chunk_size(stream: BufferedIOBase) -> int:
    digits = _line(stream).partition(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise MalformedBody("a chunk without a size")
    return int(digits, 16)


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(_MAX_CHUNK_LINE_BYTES)
    if not line.endswith(b"\r\n"):
        raise MalformedBody("a line without its end")
    return line[:-2]


def _read_exactly(stream: BufferedIOBase, size: int) -> bytes:
    body = stream.read(size)
    if len(body) < size:
        raise MalformedBody("the body ends early")
    return body
