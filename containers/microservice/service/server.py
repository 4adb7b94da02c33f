"""The service over HTTP: ``GET|POST /predict`` with ``client`` and ``json``, and ``GET /health``."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.contract import Refused, answer

logger = logging.getLogger("service")

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Largest form that is read. Augury's own requests have 4 MiB at most, which form encoding makes up to half larger."""

IDLE_S = 65
"""Seconds that a connection may be silent. Load balancers give up after 60, and must be the first to."""


class Server(ThreadingHTTPServer):
    """A thread for each connection. Closing it ends idle connections, and waits for answers that are on their way."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        self.idle: set[socket.socket] = set()
        self.is_stopping = False
        super().__init__(("", port), Handler)

    def server_close(self) -> None:
        """Stop listening, and let every thread finish what it does."""
        self.is_stopping = True
        for connection in list(self.idle):
            with contextlib.suppress(OSError):  # its caller was quicker
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    server: Server

    def handle_one_request(self) -> None:
        """Wait for a request, and answer it."""
        self.server.idle.add(self.connection)
        if self.server.is_stopping:
            self.close_connection = True
        else:
            super().handle_one_request()
        self.server.idle.discard(self.connection)

    def parse_request(self) -> bool:
        """Read the head of a request, of which the first line is there."""
        self.server.idle.discard(self.connection)
        return super().parse_request()

    def do_GET(self) -> None:
        """Say that the service runs, or answer a request in the query."""
        address = urlsplit(self.path)
        if address.path == "/health":
            return self._send(200, {"status": "ok"})
        return self._predict(address.path, address.query)

    def do_POST(self) -> None:
        """Answer a request in a form."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            return self._send(413, Refused(108, 413, "The request body is too large").as_json())
        return self._predict(urlsplit(self.path).path, self.rfile.read(int(length)).decode("utf-8", "replace"))

    def _predict(self, path: str, form: str) -> None:
        if path != "/predict":
            return self._send(404, Refused(113, 404, "There are GET and POST /predict, and GET /health").as_json())
        fields = parse_qs(form)
        try:
            content = answer(fields.get("client", [""])[0], fields.get("json", [""])[0])
        except Refused as refused:
            return self._send(refused.status, refused.as_json())
        except Exception:
            logger.exception("the model failed")
            return self._send(500, Refused(13, 500, "A generic error occurred").as_json())
        return self._send(200, content)

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content, allow_nan=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.server.is_stopping:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing of requests that went well: what callers send is theirs."""


def main() -> None:
    """Serve until SIGTERM, then finish what is on its way."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with Server(int(os.environ.get("PORT", "5000"))) as server:
        # shutdown() waits for serve_forever, which runs in the thread that signals interrupt.
        stop = threading.Thread(target=server.shutdown)
        signal.signal(signal.SIGTERM, lambda *_: stop.start())
        logger.info("listening on port %d", server.server_port)
        server.serve_forever(poll_interval=0.1)
    logger.info("done")


if __name__ == "__main__":
    main()
