"""Request bodies off an ASGI server, no larger and no slower than is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol


class Receive(Protocol):
    """Gives an ASGI application the next event of a request."""

    async def __call__(self) -> Any:
        """Return it."""


class BodyTooLarge(Exception):
    """The body is larger than is taken; the rest of it was not read."""


class CallerGone(Exception):
    """The caller hung up before its request was whole."""


async def read_body(receive: Receive, headers: Mapping[str, str], *, most_bytes: int, within_s: float) -> bytes:
    """Return a request's body.

    Parameters
    ----------
    receive : callable
        The server's.
    headers : mapping of str to str
        The request's, by lower-case names: what announces too much is refused unread.
    most_bytes : int
        Largest body.
    within_s : float
        Seconds for all of it.

    Raises
    ------
    BodyTooLarge, CallerGone
        See :class:`BodyTooLarge` and :class:`CallerGone`.
    TimeoutError
        It took too long.
    """
    announced = headers.get("content-length", "0")
    if len(announced) > len(str(most_bytes)) or int(announced) > most_bytes:
        raise BodyTooLarge
    async with asyncio.timeout(within_s):
        body, more = await _part(receive)
        if more:
            body = await _rest(receive, body, most_bytes)
    if len(body) > most_bytes:
        raise BodyTooLarge
    return body


async def discard(receive: Receive, *, within_s: float) -> None:
    """Read and drop what a caller still sends, for some seconds at most, so that the answer reaches it.

    Closing a socket with unread data resets the connection, and the answer is lost with it (RFC 9112, section 9.6).
    """
    try:
        async with asyncio.timeout(within_s):
            while (await _part(receive))[1]:
                pass
    except (CallerGone, TimeoutError):
        return


async def _rest(receive: Receive, first: bytes, most_bytes: int) -> bytes:
    body, more = bytearray(first), True
    while more and len(body) <= most_bytes:
        part, more = await _part(receive)
        body += part
    return bytes(body)


async def _part(receive: Receive) -> tuple[bytes, bool]:
    event = await receive()
    if event["type"] != "http.request":
        raise CallerGone
    return event.get("body", b""), event.get("more_body", False)
