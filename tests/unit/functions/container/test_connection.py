"""What a connection takes, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn

from functions.container import connection
from functions.container.application import Application, Respond
from functions.container.connection import MAX_HEADER_BYTES, Connection
from functions.container.patient_threads import PatientThreads
from functions.container.running import listen
from functions.exchange import Answer, Request


def length(request: Request) -> Answer:
    return Answer(200, b"x" * int(request.query or 2))


def echo(request: Request) -> Answer:
    return Answer(200, b"%s %s %s" % (request.path.encode(), request.body, request.headers.get("x", "").encode()))


@asynccontextmanager
async def serving(respond: Respond = length) -> AsyncIterator[int]:
    listener = listen("127.0.0.1", 0)
    configuration = uvicorn.Config(
        Application(respond, PatientThreads()),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=5,
    )
    server = uvicorn.Server(configuration)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def answer_to(*parts: bytes, respond: Respond = length) -> bytes:
    """Return all that a server answers to bytes until it ends the connection."""
    async with serving(respond) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.01)
        answered = b""
        with contextlib.suppress(ConnectionError):
            answered = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        return answered


def head(line: str = "GET / HTTP/1.1", **headers: str) -> bytes:
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{line}\r\nHost: x\r\n{named}\r\n".encode()


def test_a_connection_stays_open_until_its_caller_has_enough() -> None:
    answered = asyncio.run(answer_to(head(), head(Connection="close")))
    assert answered.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "sent",
    [
        head(X="a" * MAX_HEADER_BYTES),
        head(**{f"X{i}": "a" * 100 for i in range(110)}),
        head(f"GET /{'a' * MAX_HEADER_BYTES} HTTP/1.1"),
    ],
)
def test_a_head_that_is_too_large_is_refused(sent: bytes) -> None:
    answered = asyncio.run(answer_to(sent))
    assert answered.startswith(b"HTTP/1.1 431 ")
    assert answered.endswith(b'{"message":"Request Header Fields Too Large"}')


def test_a_header_without_an_end_is_not_kept() -> None:
    answered = asyncio.run(answer_to(b"GET / HTTP/1.1\r\nX: ", *[b"a" * 30_000] * 4))
    assert answered == b"" or answered.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT / HTTP/1.1\r\n\r\nx",
    ],
)
def test_what_is_no_http_is_refused_as_api_gateway_does(sent: bytes) -> None:
    answered = asyncio.run(answer_to(sent))
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert answered.endswith(b'{"message":"Bad Request"}')


def test_both_ways_to_frame_a_body_at_once_are_refused() -> None:
    sent = head("POST / HTTP/1.1", Content_Length="4", Transfer_Encoding="chunked") + b"0\r\n\r\n"
    assert asyncio.run(answer_to(sent)).startswith(b"HTTP/1.1 400 ")


UPGRADE = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"}


@pytest.mark.parametrize("cut_at", [0, 30, -22, -20, -1])
def test_a_request_for_another_protocol_is_answered_in_this_one_with_its_body(cut_at: int) -> None:
    asking = head("POST /first HTTP/1.1", Content_Length="20", X="kept", **UPGRADE) + b"GET /smuggled HTTP/1"
    last = head("GET /last HTTP/1.1", Connection="close")
    parts = (asking[:cut_at], asking[cut_at:] + last) if cut_at else (asking + last,)
    answered = asyncio.run(answer_to(*parts, respond=echo))
    assert [part.partition(b"\r\n\r\n")[2] for part in answered.split(b"HTTP/1.1 200 OK")[1:]] == [
        b"/first GET /smuggled HTTP/1 kept",
        b"/last  ",
    ]


def test_many_requests_for_another_protocol_at_once_are_answered_each() -> None:
    many = head("GET /a HTTP/1.1", **UPGRADE) * 2_000 + head(Connection="close")
    assert asyncio.run(answer_to(many, respond=echo)).count(b"HTTP/1.1 200 OK") == 2_001


def test_what_comes_behind_a_body_is_no_header() -> None:
    body = b"3\r\nabc\r\n0\r\nX: behind\r\n\r\n"
    sent = head("POST / HTTP/1.1", Transfer_Encoding="chunked", Connection="close") + body
    assert asyncio.run(answer_to(sent, respond=echo)).endswith(b"/ abc ")


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nX: a\r\n"])
def test_a_caller_that_is_slow_with_its_head_is_cut_off(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.05)
    assert asyncio.run(answer_to(sent)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("second", [b"\r\n", b"GET / HT"])
def test_so_is_one_that_is_slow_with_its_second_head(second: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)

    async def scenario() -> bytes:
        async with serving() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head())
            await reader.readuntil(b"xx")
            writer.write(second)
            answered = await asyncio.wait_for(reader.read(), 20)
            writer.close()
            return answered

    assert asyncio.run(scenario()).startswith(b"HTTP/1.1 408 ")


def test_a_caller_that_does_not_take_its_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_TAKEN_S", 0.05)

    async def scenario() -> int:
        async with serving() as port:
            caller = socket.create_connection(("127.0.0.1", port))
            caller.sendall(head("GET /?30000000 HTTP/1.1"))
            caller.setblocking(False)
            await asyncio.sleep(0.5)
            taken = 0
            with contextlib.suppress(ConnectionError):
                while part := await asyncio.wait_for(asyncio.get_running_loop().sock_recv(caller, 1 << 20), 20):
                    taken += len(part)
            caller.close()
            return taken

    assert asyncio.run(scenario()) < 30_000_000
