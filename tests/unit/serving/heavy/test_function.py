"""The heavy function as the predict function sees it, by a service that speaks Lambda's Invoke API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.aws import FunctionInvoker
from augury.aws.connection import Connection
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName, PipelineName, Version
from augury.plans import Unanswerable
from augury.serving import HeavyFunction, ScoreRequest
from augury.serving.heavy.messages import ScoreAnswer, read_answer
from tests.services import Service, answering, be_silent, hang_up, service

ROW = {"f1": 1, "f2": 0.1, "name": "é", "none": None, "nested": {"a": [True, 2**62]}}
REQUEST = ScoreRequest(
    client=ClientName("acme"),
    pipeline=PipelineName("iris"),
    version=Version("1"),
    manifest_sha256="0" * 64,
    puid="p",
    rows=[ROW],
)


@pytest.fixture
def remote() -> Iterator[Service]:
    with service() as running:
        yield running


def call(remote: Service, request: ScoreRequest = REQUEST, within_s: float = 60.0) -> list[list[float]]:
    there = Connection(
        endpoint_url=f"http://127.0.0.1:{remote.port}",
        region="eu-west-1",
        access_key_id="test",
        secret_access_key="test",
    )
    return HeavyFunction(FunctionInvoker(there), "predict-heavy").score(request, time.monotonic() + within_s)


def failure(remote: Service, **more: Any) -> AuguryError:
    with pytest.raises(AuguryError) as error:
        call(remote, **more)
    return error.value


def test_rows_arrive_as_they_are_and_scores_come_back(remote: Service) -> None:
    remote.answering = answering(b'{"scores":[[0.25,0.75]]}')
    assert call(remote) == [[0.25, 0.75]]
    (asked,) = remote.asked
    assert ScoreRequest.model_validate(json.loads(asked.content)) == REQUEST


def test_a_row_without_an_answer_is_said_as_the_lane_itself_would(remote: Service) -> None:
    remote.answering = answering(
        ScoreAnswer.of_refusal(Unanswerable("f1", "is required", 0)).model_dump_json().encode()
    )
    with pytest.raises(Unanswerable) as refused:
        call(remote)
    assert (refused.value.field, refused.value.reason, refused.value.record) == ("f1", "is required", 0)


def test_a_broken_artifact_is_503_with_what_the_heavy_function_found(remote: Service) -> None:
    broken = AuguryError(Kind.PIPELINE_BROKEN, [Detail(("pipeline", "iris"), "was refused")])
    remote.answering = answering(ScoreAnswer.of_failure(broken).model_dump_json().encode())
    found = failure(remote)
    assert (found.kind, found.details, found.retry_after_s) == (Kind.PIPELINE_BROKEN, broken.details, 1)


@pytest.mark.parametrize(
    ("body", "status", "headers", "kind", "calls"),
    [
        (b"{}", 429, {"x_amzn_ErrorType": "TooManyRequestsException"}, Kind.UNAVAILABLE, 2),
        (b"{}", 404, {"x_amzn_ErrorType": "ResourceNotFoundException"}, Kind.UNAVAILABLE, 1),
        (b'{"errorMessage":"secret"}', 200, {"X_Amz_Function_Error": "Unhandled"}, Kind.TARGET_FAILED, 1),
        (b"", 200, {}, Kind.TARGET_FAILED, 1),
        (b"null", 200, {}, Kind.TARGET_FAILED, 1),
        (b"{}", 200, {}, Kind.TARGET_FAILED, 1),
        (b'{"scores":[[1.0],[1.0]]}', 200, {}, Kind.TARGET_FAILED, 1),
        (b'{"scores":[[NaN]]}', 200, {}, Kind.TARGET_FAILED, 1),
        (b'{"failure":{"kind":"NO_SUCH","details":[],"retry_after_s":null}}', 200, {}, Kind.TARGET_FAILED, 1),
    ],
)
def test_what_is_no_answer_is_a_failure_that_says_nothing_of_the_function(
    remote: Service, body: bytes, status: int, headers: dict[str, str], kind: Kind, calls: int
) -> None:
    remote.answering = answering(body, status, **headers)
    error = failure(remote)
    assert error.kind is kind
    assert len(remote.asked) == calls
    assert "secret" not in str(error)
    assert str(error).startswith(f"{kind.message}; pipeline: the function that serves pipelines without a plan ")


def test_one_that_is_silent_is_504_and_not_called_again(remote: Service) -> None:
    remote.answering = be_silent
    assert failure(remote, within_s=0.3).kind is Kind.TARGET_TIMED_OUT
    assert len(remote.asked) == 1


def test_one_that_hangs_up_is_a_failure(remote: Service) -> None:
    remote.answering = hang_up
    assert failure(remote).kind is Kind.UNAVAILABLE


def test_without_time_nothing_is_called(remote: Service) -> None:
    assert failure(remote, within_s=0).kind is Kind.TARGET_TIMED_OUT
    assert remote.asked == []


def test_rows_that_lambda_would_not_take_are_413(remote: Service) -> None:
    large = REQUEST.model_copy(update={"rows": [{"text": "x" * 6 * 1024 * 1024}]})
    assert failure(remote, request=large).kind is Kind.BODY_TOO_LARGE
    assert remote.asked == []


@given(st.binary() | st.from_regex(rb'\{"(scores|failure|unanswerable)":.*\}', fullmatch=True))
def test_nothing_that_a_function_may_answer_raises_anything_else(body: bytes) -> None:
    try:
        read_answer(body).scores_of(1)
    except (ValueError, KeyError, AuguryError):
        return
