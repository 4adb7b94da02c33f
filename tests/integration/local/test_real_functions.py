"""The platform with the functions of the route table, as ``augury local up`` starts it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from augury.local import LocalPlatform
from augury.local.front import HOST
from augury.local.resources import Resources
from augury.routes import ROUTES, Route

OPEN = {"/health", "/js/augury.js", "/v2/health/live", "/v2/health/ready"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    state = tmp_path_factory.mktemp("platform") / "local.json"
    with LocalPlatform(0, state=state, runs_in_background=False) as platform:
        yield platform


def call(platform: LocalPlatform, route: Route) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(HOST, int(platform.api_url.rpartition(":")[2]), timeout=20)
    connection.request(route.method, route.path)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def route_name(route: Route) -> str:
    return route.key


@pytest.mark.parametrize("route", [route for route in ROUTES if route.path not in OPEN], ids=route_name)
def test_a_caller_without_credentials_is_refused_by_every_route(platform: LocalPlatform, route: Route) -> None:
    status, answer = call(platform, route)

    assert status in (400, 401)
    assert answer.keys() & {"error_id", "error"}


def test_health_needs_no_credentials(platform: LocalPlatform) -> None:
    (health,) = [route for route in ROUTES if route.path == "/health"]

    assert call(platform, health)[0] == 200


def test_the_split_takes_s3s_test_message(platform: LocalPlatform) -> None:
    platform.flush()

    sqs = platform.connection.sqs()
    dead_letters = sqs.get_queue_url(QueueName=Resources().raw_objects_dead_letters)["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=dead_letters)


def test_the_signing_key_is_current(platform: LocalPlatform) -> None:
    secret = platform.connection.secretsmanager().get_secret_value(SecretId=Resources().signing_secret)

    assert secret["SecretString"]
