"""A real HTTP service that answers as a test tells it to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from urllib.parse import parse_qs, urlsplit

FLOWERS = (
    b'{"meta":{"modelName":"theirs"},"predictions":[{"prediction":"0.75","predictedClass":"a","confidence":"0.75"}]}'
)


@dataclass
class Asked:
    """One request that the service got."""

    method: str
    path: str
    headers: dict[str, str]
    content: str
    """Query of a GET, body of a POST."""

    @property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.content)


type Answering = Callable[[BaseHTTPRequestHandler, Service], None]


@dataclass
class Service:
    """The service: set ``answering`` to change what it does, and read what it was ``asked``."""

    port: int = 0
    answering: Answering = field(default=lambda handler, _: answer(handler, FLOWERS))
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    was_asked: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/predict"


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answer with a body and its length."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def answering(body: bytes, status: int = 200, **headers: str) -> Answering:
    """Return what answers so each time."""
    return lambda handler, _: answer(handler, body, status, **headers)


def hang_up(handler: BaseHTTPRequestHandler, _: Service) -> None:
    """End the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def be_silent(handler: BaseHTTPRequestHandler, service: Service) -> None:
    """Say nothing until the test is over."""
    service.is_over.wait(20)
    handler.close_connection = True


def drip(text: bytes) -> Answering:
    """Return what sends a text byte by byte, each well within any socket's timeout, until the test is over."""

    def send(handler: BaseHTTPRequestHandler, service: Service) -> None:
        handler.close_connection = True
        for byte in text:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if service.is_over.wait(0.02):
                return

    return send


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: callers that hang up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.server.service.connections += 1
        super().setup()

    def do_GET(self) -> None:
        self._answer(urlsplit(self.path).query)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, content: str) -> None:
        service = self.server.service
        headers = dict(self.headers.items())
        service.asked.append(Asked(self.command, urlsplit(self.path).path, headers, content))
        service.was_asked.set()
        try:
            service.answering(self, service)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def service(tls: SSLContext | None = None) -> Iterator[Service]:
    """Run a service on a free port of this machine."""
    running = Service()
    server = _Server(running)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    running.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
