"""API Gateway's place on this machine: HTTP/1.1 on a loopback port, Lambda functions behind the route table.

Python's own server is used because it leaves the request's bytes alone and keeps connections alive, which
werkzeug's closes after each answer.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import socketserver
import string
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from augury import routes
from augury.local.bodies import BodyTooLarge, MalformedBody, announced_bytes, discard, read_body
from augury.local.firehose import Clock, utc_now
from augury.local.functions import FunctionFailed, LocalFunction, PayloadTooLarge
from augury.local.payload import HttpAnswer, HttpRequest, MalformedAnswer, answer_of, event_of

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"

MAX_HEADER_BYTES = 10_240
"""Most bytes of the request line and all header values (API Gateway quotas for HTTP APIs)."""

_NOT_FOUND = HttpAnswer.message(404, "Not Found")
_BODY_TOO_LARGE = HttpAnswer.message(413, "Request Entity Too Large")
# Lambda's limit, below API Gateway's own: https://github.com/koki-develop/lgtm-generator/issues/10 shows the answer.
_EVENT_TOO_LARGE = HttpAnswer.message(413, "Request Too Long")
_INTERNAL_ERROR = HttpAnswer.message(500, "Internal Server Error")
# The status is measured (https://backbencher.dev/solved-431-status-code-with-request-header-fields-too-large).
_HEADERS_TOO_LARGE = HttpAnswer.message(431, "Request Header Fields Too Large")


class PortInUse(OSError):
    """Something listens on the port already; the message says which port, and how to choose another."""


class Front:
    """The HTTP front, from ``with`` to its end. It owns its port from construction on, and answers once entered.

    Leaving it closes idle connections, lets running requests finish, and frees the port.

    Parameters
    ----------
    functions : mapping
        The function behind each value of the route table.
    port : int
        Port on the loopback interface; 0 takes a free one.
    clock : callable, optional
        Returns the time, for the events.

    Raises
    ------
    PortInUse
        The port is taken.
    """

    def __init__(
        self, functions: Mapping[routes.Function, LocalFunction], *, port: int = 0, clock: Clock = utc_now
    ) -> None:
        self._functions = functions
        self._clock = clock
        self._server = _bind(port, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="front", daemon=True)

    @property
    def port(self) -> int:
        """Port that it listens on."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Address of the HTTP API."""
        return f"http://{HOST}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()

    def close(self) -> None:
        """Free the port of a front that was never entered."""
        self._server.server_close()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Route one request to its function, and say what API Gateway would answer."""
        route = routes.find(request.method, request.path)
        if route is None:
            return _NOT_FOUND
        parameters = route.parameters(request.path)
        event = event_of(request, route.key, port=self.port, now=self._clock(), path_parameters=parameters)
        try:
            return answer_of(self._functions[route.function].invoke(event))
        except PayloadTooLarge:
            return _EVENT_TOO_LARGE
        except FunctionFailed:
            return _INTERNAL_ERROR  # the function logged why
        except MalformedAnswer:
            logger.exception("%s gave an answer that is no HTTP response", route.key)
            return _INTERNAL_ERROR


class _Server(ThreadingHTTPServer):
    """A threaded server that can be stopped while clients keep connections open."""

    request_queue_size = 128
    daemon_threads = False

    def __init__(self, port: int, front: Front) -> None:
        self.front = front
        self._waiting: set[socket.socket] = set()
        self._waiting_lock = threading.Lock()
        self._stopping = False
        super().__init__((HOST, port), _RequestHandler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's full name that the base class makes."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def enter_waiting(self, connection: socket.socket) -> bool:
        """Note that a connection waits for a whole request; False where it is to be closed instead."""
        with self._waiting_lock:
            if not self._stopping:
                self._waiting.add(connection)
            return not self._stopping

    def leave_waiting(self, connection: socket.socket) -> None:
        """Note that a connection's request is here to its end, or that the connection is gone."""
        with self._waiting_lock:
            self._waiting.discard(connection)

    def stop(self) -> None:
        """Take no more requests, and return once the running ones are answered."""
        self.shutdown()
        with self._waiting_lock:
            self._stopping = True
            for connection in self._waiting:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        self.server_close()


class _RequestHandler(BaseHTTPRequestHandler):
    """One connection: requests off the wire, answers onto it."""

    protocol_version = "HTTP/1.1"
    timeout = 30.0  # an HTTP API's integration timeout; a silent client is not waited for any longer
    disable_nagle_algorithm = True
    wbufsize = -1
    # What an answer needs to know even of a request whose first line could not be read.
    command = ""
    request_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        """Wait for a request, read it, and answer it."""
        self.close_connection = True
        if not self.server.enter_waiting(self.connection):
            return
        try:
            self.raw_requestline = self.rfile.readline(65_537)
            if self.raw_requestline:
                self._handle_request()
        except OSError:
            return  # the caller is gone, or was silent for too long
        finally:
            self.server.leave_waiting(self.connection)

    def _handle_request(self) -> None:
        if len(self.raw_requestline) > MAX_HEADER_BYTES:
            self._refuse(_HEADERS_TOO_LARGE)
        elif self.parse_request():
            self._answer_request()

    def _answer_request(self) -> None:
        if len(self.raw_requestline) + sum(map(len, self.headers.values())) > MAX_HEADER_BYTES:
            return self._refuse(_HEADERS_TOO_LARGE)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = read_body(self.rfile, headers)
        except BodyTooLarge:
            return self._refuse(_BODY_TOO_LARGE)
        except MalformedBody:
            return self._refuse(HttpAnswer.message(400, "Bad Request"))
        self.server.leave_waiting(self.connection)
        request = HttpRequest(
            method=self.command,
            target=_ascii(self.path),
            protocol=self.request_version,
            headers=self.headers.items(),
            body=body,
            source_ip=self.client_address[0],
        )
        return self._send(self.server.front.answer(request))

    def handle_expect_100(self) -> bool:
        """Ask for a body only if it would be taken."""
        try:
            announced_bytes({name.lower(): value for name, value in self.headers.items()})
        except BodyTooLarge:
            self._refuse(_BODY_TOO_LARGE)
            return False
        except MalformedBody:
            self._refuse(HttpAnswer.message(400, "Bad Request"))
            return False
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def send_error(self, code: int, *_: object) -> None:
        """Answer what the base class refuses (malformed requests) as API Gateway's own errors look."""
        self.request_version = "HTTP/1.1"  # a first line that it could not read counts as HTTP/0.9, without headers
        self._refuse(HttpAnswer.message(code, self.responses[code][0]))

    def _send(self, answer: HttpAnswer) -> None:
        has_body = answer.status >= 200 and answer.status not in (204, 304)
        self.send_response_only(answer.status)
        self.send_header("date", self.date_time_string())
        for name, value in answer.headers:
            if name not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if has_body:
            self.send_header("content-length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _refuse(self, answer: HttpAnswer) -> None:
        """Answer a request that was not read to its end, after which the connection is of no use."""
        self.close_connection = True
        self._send(answer)
        discard(self.connection)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Keep the base class from writing to stderr."""
        logger.debug(format, *arguments)


def _ascii(target: str) -> str:
    """Return a request target with its bytes beyond ASCII percent-encoded; they arrive here decoded as Latin-1."""
    return quote(target.encode("latin-1"), safe=string.punctuation)


def _bind(port: int, front: Front) -> _Server:
    try:
        return _Server(port, front)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        said = f"port {port} is in use, perhaps by another local platform: choose one with --port"
        raise PortInUse(said) from error
