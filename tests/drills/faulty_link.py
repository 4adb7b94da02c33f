"""A way to an AWS service that is slow or broken when it is told to be."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class FaultyLink:
    """Passes HTTP requests on to another address; ``delay_s`` and ``is_down`` say how well.

    Parameters
    ----------
    upstream : str
        Address that requests are passed on to.
    """

    def __init__(self, upstream: str) -> None:
        self.delay_s = 0.0
        self.is_down = False
        self.passed = 0
        self.refused = 0
        self._server = _server(self, urlsplit(upstream).netloc)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> FaultyLink:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Answer 503 meanwhile, as AWS does where a service fails."""
        self.is_down = True
        try:
            yield
        finally:
            self.is_down = False

    @contextmanager
    def slow(self, delay_s: float) -> Iterator[None]:
        """Let each request wait meanwhile."""
        self.delay_s = delay_s
        try:
            yield
        finally:
            self.delay_s = 0.0


def _server(link: FaultyLink, upstream: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep the terminal for the drills."""

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(link.delay_s)
            if link.is_down:
                link.refused += 1
                return self._answer(503, {}, b"")
            link.passed += 1
            connection = HTTPConnection(upstream, timeout=30)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP}
            self._answer(answer.status, headers, answer.read())
            connection.close()
            return None

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _pass_on  # noqa: N815 - the names are http.server's

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
