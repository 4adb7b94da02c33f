"""Lambda functions as targets, by a service that speaks Lambda's Invoke API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from augury.aws import FunctionInvoker
from augury.aws.connection import Connection
from augury.names import ClientName
from augury.registry import LambdaTarget
from augury.serving.targets import LambdaFunctions
from augury.serving.targets.outcomes import ServiceFailed, ServiceRefused, ServiceTimedOut
from tests.services import FLOWERS, Service, answering, be_silent, service

ACME = ClientName("acme")
JSON = '{"meta":{"puid":"p"},"data":{"f1":1}}'


@pytest.fixture
def remote() -> Iterator[Service]:
    with service() as running:
        yield running


@pytest.fixture
def functions(remote: Service) -> LambdaFunctions:
    endpoint = f"http://127.0.0.1:{remote.port}"
    return LambdaFunctions(
        FunctionInvoker(
            Connection(endpoint_url=endpoint, region="eu-west-1", access_key_id="test", secret_access_key="test")
        )
    )


def call(functions: LambdaFunctions, within_s: float = 5.0) -> bytes:
    target = LambdaTarget(function="scores", alias="live")
    return functions.call(target, ACME, JSON, deadline=time.monotonic() + within_s)


def test_a_function_gets_client_and_json_at_its_alias(remote: Service, functions: LambdaFunctions) -> None:
    assert call(functions) == FLOWERS
    (asked,) = remote.asked
    assert (asked.method, asked.path) == ("POST", "/2015-03-31/functions/scores/invocations")
    assert json.loads(asked.content) == {"client": "acme", "json": JSON}


def test_what_the_function_raised_is_a_failure_without_its_trace(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = answering(b'{"stackTrace":["secret"]}', X_Amz_Function_Error="Unhandled")
    with pytest.raises(ServiceFailed, match="it ended with an error"):
        call(functions)
    assert len(remote.asked) == 1


def test_one_that_has_too_much_to_do_is_tried_again_once(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = answering(b'{"Type":"User"}', 429, x_amzn_ErrorType="TooManyRequestsException")
    with pytest.raises(ServiceFailed, match="too much to do"):
        call(functions)
    assert len(remote.asked) == 2


def test_one_that_there_is_not_cannot_be_called(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = answering(b"{}", 404, x_amzn_ErrorType="ResourceNotFoundException")
    with pytest.raises(ServiceFailed, match="could not be called"):
        call(functions)


def test_one_that_is_silent_is_not_waited_for(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = be_silent
    began = time.monotonic()
    with pytest.raises(ServiceTimedOut):
        call(functions, within_s=0.3)
    assert time.monotonic() - began < 2
    assert len(remote.asked) == 1


def test_without_time_nothing_is_called(remote: Service, functions: LambdaFunctions) -> None:
    with pytest.raises(ServiceTimedOut):
        call(functions, within_s=0)
    assert remote.asked == []


def test_an_error_body_is_a_refusal(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = answering(b'{"error_id":122,"details":[]}')
    with pytest.raises(ServiceRefused):
        call(functions)


def test_an_answer_beyond_4_mib_is_a_failure(remote: Service, functions: LambdaFunctions) -> None:
    remote.answering = answering(b" " * (4 * 1024 * 1024 + 1))
    with pytest.raises(ServiceFailed, match="larger than 4 MiB"):
        call(functions)


def test_a_service_that_is_not_there_is_a_failure() -> None:
    nowhere = Connection(
        endpoint_url="http://127.0.0.1:9", region="eu-west-1", access_key_id="test", secret_access_key="test"
    )
    with pytest.raises(ServiceFailed, match="could not be reached"):
        call(LambdaFunctions(FunctionInvoker(nowhere)))
