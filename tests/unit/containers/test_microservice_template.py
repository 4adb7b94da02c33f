"""The template for a client's own code, run as its image runs it, without a container."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

TEMPLATE = Path(__file__).parents[3] / "containers/microservice"
FLOWER = {"f3": 5.3, "f4": 1.9}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Service:
    """A running service."""

    process: subprocess.Popen[str]
    port: int

    def call(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    def ask(self, content: Any) -> tuple[int, Any]:
        text = content if isinstance(content, str) else json.dumps(content)
        return self.call("POST", "/predict", urlencode({"client": "acme", "json": text}), FORM)

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def service() -> Iterator[Service]:
    environ = os.environ | {"PORT": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "service.server"]
    with subprocess.Popen(command, cwd=TEMPLATE, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        listening = re.search(r"listening on port (\d+)", process.stderr.readline())
        assert listening
        try:
            yield Service(process, int(listening[1]))
        finally:
            process.kill()


@pytest.mark.parametrize("content", [FLOWER, {"data": FLOWER}, {"meta": {"puid": "p"}, "data": FLOWER}])
def test_one_row_is_answered_most_probable_class_first(service: Service, content: Any) -> None:
    status, answer = service.ask(content)

    confidences = [one["confidence"] for one in answer["predictions"]]
    assert (status, answer["predictions"][0]["predictedClass"]) == (200, "Iris-virginica")
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1)


def test_several_rows_are_answered_in_their_order(service: Service) -> None:
    _, answer = service.ask({"data": [{"f3": 1.4, "f4": 0.2}, FLOWER]})

    assert [row[0]["predictedClass"] for row in answer["predictions"]] == ["Iris-setosa", "Iris-virginica"]


def test_a_request_may_stand_in_the_address(service: Service) -> None:
    status, answer = service.call("GET", f"/predict?{urlencode({'client': 'acme', 'json': json.dumps(FLOWER)})}")

    assert (status, answer["meta"]) == (200, {"modelName": "model"})


@pytest.mark.parametrize(
    ("content", "status", "error_id"),
    [
        ("", 400, 38),
        ("{", 400, 38),
        ('{"f3": NaN}', 400, 38),
        ("[1]", 400, 113),
        ({"data": 1}, 422, 122),
        ({"data": {"f3": "long"}}, 422, 122),
        ({"data": {"f3": True, "f4": 1}}, 422, 122),
        ({"data": {"f3": 1e308, "f4": 1e308}}, 500, 13),
    ],
)
def test_what_cannot_be_answered_is_an_error_in_augurys_form(
    service: Service, content: Any, status: int, error_id: int
) -> None:
    answered, error = service.ask(content)

    assert (answered, error["error_id"], error["http_response"]) == (status, error_id, status)
    assert next(iter(error)) == "error_id"
    assert "Traceback" not in json.dumps(error)


def test_a_row_that_does_not_suit_is_named(service: Service) -> None:
    _, error = service.ask({"data": [FLOWER, {"f3": 1}]})

    assert error["details"] == [{"loc": ["data", 1], "msg": "f4 must be a number"}]


def test_other_paths_and_bodies_without_a_length_are_refused(service: Service) -> None:
    assert service.call("GET", "/")[0] == 404
    assert service.call("POST", "/predict", headers={"Content-Length": str(9 * 1024**2)})[0] == 413
    assert service.call("GET", "/health") == (200, {"status": "ok"})


def test_at_sigterm_a_request_that_has_begun_is_answered(service: Service) -> None:
    body = urlencode({"json": json.dumps(FLOWER)}).encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as caller:
        caller.sendall(
            f"POST /predict HTTP/1.1\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert caller.recv(1024).startswith(b"HTTP/1.1 100")
        service.process.send_signal(signal.SIGTERM)
        caller.sendall(body)
        answer = b"".join(iter(lambda: caller.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 200")
    assert service.process.wait(60) == 0


def test_a_connection_that_is_idle_does_not_hold_up_the_end(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    connection.request("GET", "/health")
    connection.getresponse().read()

    code, said = service.end()

    assert code == 0
    assert said.endswith("done\n")
    connection.close()
