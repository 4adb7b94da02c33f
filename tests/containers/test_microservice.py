"""The template for a client's own code: as a server, as a Lambda function, and as it is told to end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import urllib3

from augury.names import ClientName
from augury.registry import HttpTarget
from augury.serving.requests import PredictRequest
from augury.serving.targets import AllowedHosts, Connections, HttpServices
from augury.serving.targets.contract import parse_answer, request_json
from tests.containers.emulator import Emulator
from tests.containers.engine import Engine

REQUEST = PredictRequest(rows=({"f3": 5.3, "f4": 1.9},), single=True)
ACME = ClientName("acme")


def await_health(port: int) -> None:
    retries = urllib3.Retry(80, connect=80, read=80, backoff_factor=0.1, backoff_max=1)
    answer = urllib3.request("GET", f"http://127.0.0.1:{port}/health", retries=retries, timeout=5)
    assert answer.json()["status"] == "ok"


@pytest.fixture(scope="module")
def url(engine: Engine, microservice_image: str) -> Iterator[str]:
    options = ("--read-only", "--publish", "127.0.0.1::5000")
    with engine.container(microservice_image, options=options) as container:
        address = f"http://127.0.0.1:{engine.port(container, 5000)}"
        await_health(engine.port(container, 5000))
        yield f"{address}/predict"


def test_a_target_of_ours_gets_predictions_of_it(url: str) -> None:
    services = HttpServices(Connections(AllowedHosts.parse("http://127.0.0.1:*")))

    body = services.call(HttpTarget(url=url), ACME, request_json(REQUEST, "p1"), deadline=time.monotonic() + 20)

    assert parse_answer(body, REQUEST).predictions[0][0]["predictedClass"] == "Iris-virginica"


def test_under_lambda_it_answers_the_same(engine: Engine, microservice_image: str, url: str) -> None:
    text = request_json(REQUEST, "p1")
    form = urlencode({"client": ACME, "json": text}).encode()
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    over_http = urllib3.request("POST", url, body=form, headers=typed).json()
    entry = ("--entrypoint", "/lambda-entrypoint.sh", "--read-only", "--tmpfs", "/tmp", "--publish", "127.0.0.1::8080")

    with engine.container(microservice_image, "service.function.handler", options=entry) as container:
        function = Emulator(engine.port(container, 8080))
        assert function.invoke({"client": ACME, "json": text}) == over_http
        refused = function.invoke({"client": ACME, "json": json.dumps({"data": {"f3": "long"}})})

    assert next(iter(refused)) == "error_id"
    assert refused["details"] == [{"loc": ["data"], "msg": "f3 must be a number"}]


def test_it_needs_no_root_and_ends_at_sigterm(engine: Engine, microservice_image: str) -> None:
    options = ("--read-only", "--publish", "127.0.0.1::5000")
    with engine.container(microservice_image, options=options) as container:
        await_health(engine.port(container, 5000))
        assert engine.docker("exec", container, "id", "-u") == "65532"
        engine.docker("stop", "--time", "60", container)
        assert engine.docker("inspect", "--format", "{{.State.ExitCode}}", container) == "0", engine.logs(container)
