"""The OpenAPI document against the running platform: schemathesis makes calls from it and judges the answers."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from augury import openapi
from augury.errors import Kind
from augury.routes import ROUTES, Function
from tests.e2e.conftest import World

load_all_checks()


@schemathesis.serializer("application/x-ndjson")
def ndjson(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Send whatever was made up as lines; schemathesis has no way of its own for this type."""
    return str(value).encode("utf-8", "replace")


JUDGED: list[Any] = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]
DOCUMENT = openapi.document("0")


@pytest.fixture(scope="module")
def credentials(world: World) -> dict[str, str]:
    client = world.new_client()
    return {"bearer": f"Bearer {world.token(client)}", "js_key": client.js_key}


schema = schemathesis.openapi.from_dict(DOCUMENT)


@schema.parametrize()
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_calls_made_from_the_document_are_answered_as_it_says(
    case: schemathesis.Case[Any], world: World, credentials: dict[str, str]
) -> None:
    if case.operation.path in ("/events", "/feedback"):
        case.headers["Authorization"] = credentials["bearer"]
    elif case.operation.path.startswith("/js/"):
        case.query["consumer_key"] = credentials["js_key"]
    case.call_and_validate(base_url=world.platform.api_url, checks=JUDGED)


def test_every_route_that_is_the_same_for_all_clients_is_in_the_document() -> None:
    described = {(path, method.upper()) for path, methods in DOCUMENT["paths"].items() for method in methods}
    called = [route for route in ROUTES if route.function is not Function.PREDICT]
    assert described == {(route.path, route.method) for route in called if route.method != "OPTIONS"}


def test_its_errors_are_those_of_the_table() -> None:
    for methods in DOCUMENT["paths"].values():
        for operation in methods.values():
            errors = {status: response for status, response in operation["responses"].items() if int(status) >= 400}
            for status, response in errors.items():
                parts = response["content"]["application/json"]["schema"].get("allOf", [{}, {}])
                named = parts[1].get("properties", {}).get("error_id", {}).get("enum", [])
                assert {kind.status for kind in Kind if kind.error_id in named} <= {int(status)}
