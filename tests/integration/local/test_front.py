from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from augury.local.front import HOST, Front, PortInUse
from augury.local.functions import FunctionConfiguration, LocalFunction
from augury.routes import Function
from tests.unit.local.handlers import HandlerModules

MIB = 1024 * 1024
HANDLERS = {
    Function.INGEST: """
        def handler(event, context):
            return event
    """,
    Function.PREDICT: """
        def handler(event, context):
            if event["rawPath"] == "/health":
                raise RuntimeError("a secret in a traceback")
            return {"statusCode": 200, "body": len(event)}
    """,
    Function.TOKEN: """
        def handler(event, context):
            return {
                "statusCode": 401,
                "headers": {"www-authenticate": "Basic", "content-type": "application/json", "content-length": "999"},
                "cookies": ["a=1", "b=2"],
                "body": "eyJlcnJvciI6MX0=",
                "isBase64Encoded": True,
            }
    """,
}


@pytest.fixture
def front(handler_modules: HandlerModules) -> Iterator[Front]:
    functions = {
        function: LocalFunction(FunctionConfiguration(function.value, handler_modules.write(function.value, source)))
        for function, source in HANDLERS.items()
    }
    with ExitStack() as entered:
        for function in functions.values():
            entered.enter_context(function)
        yield entered.enter_context(Front(functions))


class Connection:
    """One HTTP connection that is kept alive."""

    def __init__(self, front: Front) -> None:
        self.http = http.client.HTTPConnection(HOST, front.port, timeout=20)

    def request(
        self, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, Any]:
        self.http.request(method, target, body, headers or {})
        response = self.http.getresponse()
        text = response.read()
        return response.status, response.headers, json.loads(text) if text else None

    @property
    def socket(self) -> socket.socket | None:
        return self.http.sock

    def close(self) -> None:
        self.http.close()


@pytest.fixture
def connection(front: Front) -> Iterator[Connection]:
    connection = Connection(front)
    yield connection
    connection.close()


def exchange(front: Front, wire: bytes) -> bytes:
    """Send bytes on a fresh connection and return all that comes back until it is closed."""
    with socket.create_connection((HOST, front.port), timeout=20) as client:
        client.sendall(wire)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65_536), b""))


def test_a_request_arrives_as_an_event_of_its_route(connection: Connection) -> None:
    status, headers, event = connection.request(
        "POST", "/events?a=1&a=2", '{"é":1}'.encode(), {"Content-Type": "application/json", "X-Own": "1"}
    )

    assert (status, headers["content-type"]) == (200, "application/json")
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "POST /events"
    assert event["rawQueryString"] == "a=1&a=2"
    assert event["queryStringParameters"] == {"a": "1,2"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"é":1}', False)
    assert event["headers"]["x-own"] == "1"
    assert event["headers"]["content-length"] == "8"
    assert event["requestContext"]["http"]["sourceIp"] == HOST


def test_a_functions_answer_comes_back_field_by_field(connection: Connection) -> None:
    status, headers, body = connection.request("POST", "/token", b"grant_type=client_credentials")

    assert (status, body) == (401, {"error": 1})
    assert headers["www-authenticate"] == "Basic"
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert headers.get_all("content-length") == ["11"]


@pytest.mark.parametrize(("method", "target"), [("GET", "/nowhere"), ("DELETE", "/events"), ("GET", "/events/")])
def test_what_is_no_route_gets_the_gateways_own_404(connection: Connection, method: str, target: str) -> None:
    status, headers, body = connection.request(method, target)

    assert (status, headers["content-type"], body) == (404, "application/json", {"message": "Not Found"})


@pytest.mark.parametrize(("method", "target"), [("GET", "/health"), ("POST", "/predict")])
def test_a_failing_function_is_a_500_that_tells_nothing(
    connection: Connection, caplog: pytest.LogCaptureFixture, method: str, target: str
) -> None:
    status, headers, body = connection.request(method, target)

    assert (status, body) == (500, {"message": "Internal Server Error"})
    assert "secret" not in str(headers)
    assert "Traceback" in caplog.text


def test_a_connection_is_kept_for_further_requests(connection: Connection) -> None:
    connection.request("POST", "/events", b"one")
    first = connection.socket
    connection.request("GET", "/nowhere")
    connection.request("POST", "/events", iter([b"two", b"three"]), {"Content-Type": "text/plain"})
    _, _, event = connection.request("POST", "/events", b"four", {"Content-Type": "text/plain"})

    assert first is not None
    assert connection.socket is first
    assert event["body"] == "four"


def test_a_chunked_body_arrives_whole(connection: Connection) -> None:
    _, _, event = connection.request("POST", "/events", iter([b"one ", b"two"]), {"Content-Type": "text/plain"})

    assert event["body"] == "one two"


def test_a_body_of_the_functions_limit_is_taken_and_a_larger_one_is_413(connection: Connection) -> None:
    status, _, event = connection.request("POST", "/events", b"x" * (5 * MIB), {"Content-Type": "text/plain"})
    assert (status, len(event["body"])) == (200, 5 * MIB)

    status, _, body = connection.request("POST", "/events", b"x" * (6 * MIB), {"Content-Type": "text/plain"})
    assert (status, body) == (413, {"message": "Request Too Long"})


def test_base64_counts_against_the_functions_limit(connection: Connection) -> None:
    body = b"x" * (5 * MIB)

    assert connection.request("POST", "/events", body, {"Content-Type": "text/plain"})[0] == 200
    assert connection.request("POST", "/events", body, {"Content-Type": "application/x-ndjson"})[0] == 413


@pytest.mark.parametrize("body", [bytes(10 * MIB + 1), [bytes(MIB)] * 11])
def test_a_body_above_the_gateways_limit_is_413(connection: Connection, body: Any) -> None:
    status, headers, answer = connection.request("POST", "/events", body)

    assert (status, answer) == (413, {"message": "Request Entity Too Large"})
    assert headers["connection"] == "close"


def test_a_body_above_the_limit_is_refused_before_it_is_sent(front: Front) -> None:
    head = b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n"

    answer = exchange(front, head)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_a_body_within_the_limit_is_asked_for(front: Front) -> None:
    with socket.create_connection((HOST, front.port), timeout=20) as client:
        client.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_request_line_and_headers_have_10240_bytes_together(connection: Connection) -> None:
    def target(total_bytes: int) -> str:
        values = f"{HOST}:{port}", "identity"  # what http.client adds
        used = len("GET / HTTP/1.1\r\n") + sum(map(len, values))
        return "/" + "a" * (total_bytes - used)

    port = connection.http.port

    assert connection.request("GET", target(10_240))[0] == 404
    status, _, body = connection.request("GET", target(10_241))
    assert (status, body) == (431, {"message": "Request Header Fields Too Large"})


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.1\r\n\r\n", 505),
        (b"POST /events HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /events HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort", 400),
        (b"POST /events HTTP/1.1\r\nContent-Length: " + b"1" * 5_000 + b"\r\n\r\n", 413),
        (b"POST /events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ],
)
def test_a_malformed_request_is_answered_and_the_connection_closed(front: Front, wire: bytes, status: int) -> None:
    answer = exchange(front, wire)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert set(json.loads(body)) == {"message"}


def test_an_answer_to_a_malformed_request_does_not_repeat_it(front: Front) -> None:
    assert b"nonsense" not in exchange(front, b"nonsense\r\n\r\n")


def test_a_head_request_gets_no_body(front: Front) -> None:
    assert exchange(front, b"HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n").endswith(b"\r\n\r\n")


def test_clients_in_many_threads_get_their_own_answers(front: Front) -> None:
    answers: dict[str, str] = {}

    def call(name: str) -> None:
        connection = Connection(front)
        for number in range(20):
            _, _, event = connection.request("POST", f"/events?n={name}-{number}")
            answers[f"{name}-{number}"] = event["queryStringParameters"]["n"]
        connection.close()

    threads = [threading.Thread(target=call, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 160
    assert all(sent == got for sent, got in answers.items())


def test_leaving_closes_idle_connections_and_frees_the_port() -> None:
    with Front({}) as first:
        connection = Connection(first)
        assert connection.request("GET", "/nowhere")[0] == 404
        port = first.port
        left = time.monotonic()

    assert time.monotonic() - left < 10, "the idle connection was waited for"
    second = Front({}, port=port)
    second.close()
    connection.close()


def test_leaving_lets_a_running_request_finish(handler_modules: HandlerModules, tmp_path: Path) -> None:
    handler = handler_modules.write(
        "held",
        """
        import threading
        begun, finish = threading.Event(), threading.Event()

        def handler(event, context):
            begun.set()
            assert finish.wait(20)
            return "finished"
        """,
    )
    answers: list[int] = []
    with LocalFunction(FunctionConfiguration("ingest", handler)) as function:
        module = sys.modules[handler.rpartition(".")[0]]
        with Front({Function.INGEST: function}) as front:
            connection = Connection(front)

            def call() -> None:
                connection.http.request("POST", "/events")
                answers.append(connection.http.getresponse().status)

            caller = threading.Thread(target=call)
            caller.start()
            assert module.begun.wait(20)
            threading.Timer(0.05, module.finish.set).start()
        assert module.finish.is_set()
        caller.join()
        connection.close()

    assert answers == [200]


def test_a_taken_port_is_named_and_how_to_choose_another() -> None:
    with Front({}) as first, pytest.raises(PortInUse, match=rf"port {first.port} is in use.*--port"):
        Front({}, port=first.port)


def test_a_caller_who_never_ends_their_body_does_not_hold_up_the_end() -> None:
    front = Front({})
    with socket.create_connection((HOST, front.port), timeout=10) as slow:
        with front:
            slow.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
            began = time.monotonic()
            _wait_until_waiting(front)
        assert time.monotonic() - began < 5
        assert slow.recv(1024).startswith(b"HTTP/1.1 400")


def _wait_until_waiting(front: Front) -> None:
    give_up_at = time.monotonic() + 5
    while not front._server._waiting and time.monotonic() < give_up_at:
        threading.Event().wait(0.01)
    assert front._server._waiting
