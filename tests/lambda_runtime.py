"""Lambda's Runtime and Extensions APIs on this machine, with Lambda's rule: at rest means frozen.

"The Invoke phase ends after the runtime and all extensions signal that they are done by sending a Next API request";
Lambda then freezes the environment until the next invocation. Here its process is stopped by SIGSTOP.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

PATIENCE_S = 60.0
"""Seconds after which a test gives up waiting."""

_ROOT = Path(__file__).parents[1]


class Environment:
    """One execution environment: a function's process, and who of it waits for the next invocation."""

    def __init__(self, *, takes_extensions: bool = True) -> None:
        self.takes_extensions = takes_extensions
        self.process: subprocess.Popen[bytes] | None = None
        self.registered: dict[str, list[str]] = {}
        self._invocations: dict[str, Queue[tuple[dict[str, str], Any]]] = {"runtime": Queue()}
        self._answers: Queue[Any] = Queue()
        self._changed = threading.Condition()
        self._waiting: set[str] = set()

    def invoke(self, event: Any) -> Any:
        """Invoke the frozen function; return the answer as soon as the runtime has sent it."""
        self.wait_for_rest()
        with self._changed:
            self._waiting.clear()
        self._signal(signal.SIGCONT)
        request_id, deadline_ms = str(uuid.uuid4()), int((time.time() + PATIENCE_S) * 1000)
        headers = {"Lambda-Runtime-Aws-Request-Id": request_id, "Lambda-Runtime-Deadline-Ms": str(deadline_ms)}
        told = {"eventType": "INVOKE", "requestId": request_id, "deadlineMs": deadline_ms}
        for who, queue in self._invocations.items():
            queue.put((headers, event) if who == "runtime" else ({}, told))
        return self._answers.get(timeout=PATIENCE_S)

    def wait_for_rest(self) -> None:
        """Wait until the runtime and all extensions are done, and freeze the process."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._waiting == set(self._invocations), PATIENCE_S)
        self._signal(signal.SIGSTOP)

    @property
    def is_at_rest(self) -> bool:
        """Whether the runtime and all extensions are done."""
        return self._waiting == set(self._invocations)

    def end(self) -> int:
        """End the frozen environment as Lambda does; return the process's exit code."""
        assert self.process is not None
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def _signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def register(self, name: str, events: list[str]) -> str:
        """Take an extension."""
        self.registered[name] = events
        self._invocations[name] = Queue()
        return name

    def next(self, who: str) -> tuple[dict[str, str], Any]:
        """Note that someone waits, and return the next invocation when there is one."""
        with self._changed:
            self._waiting.add(who)
            self._changed.notify_all()
        return self._invocations[who].get()

    def answered(self, answer: Any) -> None:
        """Take the runtime's answer."""
        self._answers.put(answer)


class _Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    environment: Environment

    def do_GET(self) -> None:
        extension = self.headers.get("Lambda-Extension-Identifier")
        self._send(200, *self.environment.next(extension or "runtime"))

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/extension/register"):
            self.environment.answered(content)
            self._send(202, {}, {})
        elif self.environment.takes_extensions:
            name = self.environment.register(self.headers["Lambda-Extension-Name"], content["events"])
            self._send(200, {"Lambda-Extension-Identifier": name}, {})
        else:
            self._send(403, {}, {"errorType": "Extension.RegistrationClosed"})

    def _send(self, status: int, headers: Mapping[str, str], content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a process that ends hangs up."""


@contextmanager
def running(
    handler: str, variables: Mapping[str, str], *, takes_extensions: bool = True, stdout: Path | None = None
) -> Iterator[Environment]:
    """Run a handler in AWS's own runtime client, in an environment that is frozen whenever it is at rest."""
    environment = Environment(takes_extensions=takes_extensions)
    server = _Server(("127.0.0.1", 0), type("Api", (_Api,), {"environment": environment}))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    api = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}", "PYTHONPATH": str(_ROOT)}
    with (stdout or Path(os.devnull)).open("wb") as log:
        environment.process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", handler],
            cwd=_ROOT,
            env={**os.environ, **variables, **api},
            stdout=log,
        )
    try:
        yield environment
    finally:
        environment.process.kill()
        environment.process.wait()
        server.shutdown()
        server.server_close()
