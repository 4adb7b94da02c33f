"""The real predict function under Lambda's rules: frozen whenever it is at rest, it has logged what it answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from augury.aws import SecretStore, Table
from augury.clients import ClientAdmin, Pepper
from augury.local.payload import HttpRequest, event_of
from augury.local.resources import Resources
from tests.artifacts import ACME, FLOWER
from tests.lambda_runtime import Environment, running
from tests.log_drill.scenario import SHORT
from tests.log_drill.stage import Stage, stage
from tests.unit.functions.emf import metrics_of

HANDLER = "functions.predict.handler.handler"


@pytest.fixture(scope="module")
def drill() -> Iterator[Stage]:
    with stage(replace(SHORT, faults={})) as running:
        yield running


@pytest.fixture(scope="module")
def js_key(drill: Stage) -> str:
    resources = Resources()
    pepper = Pepper(SecretStore(drill.connection.secretsmanager(), resources.pepper_secret))
    return ClientAdmin(Table(drill.connection.dynamodb(), resources.table), pepper).create(ACME).js_key


def ask(environment: Environment, js_key: str, puid: str) -> int:
    query = urlencode({"consumer_key": js_key, "puid": puid, **FLOWER})
    request = HttpRequest("GET", f"/js/predict?{query}", "HTTP/1.1", [("host", "localhost")], b"", "127.0.0.1")
    status: int = environment.invoke(event_of(request, "GET /js/predict", port=443, now=datetime.now(UTC)))[
        "statusCode"
    ]
    return status


def test_each_prediction_is_with_firehose_before_the_function_is_frozen(drill: Stage, js_key: str) -> None:
    with running(HANDLER, drill.variables) as environment:
        for number in range(10):
            assert ask(environment, js_key, f"frozen-{number}") == 200
            environment.wait_for_rest()
            drill.firehose.flush_all()
            assert drill.read().count(f"frozen-{number}") == 1


def test_a_synchronous_log_needs_no_extension(drill: Stage, js_key: str) -> None:
    with running(HANDLER, {**drill.variables, "AUGURY_PREDICTION_LOG": "synchronous"}) as environment:
        assert ask(environment, js_key, "synchronous") == 200
        drill.firehose.flush_all()
        assert "synchronous" in drill.read()
        assert environment.registered == {}


def test_each_call_is_one_document_of_metrics_in_the_log(drill: Stage, js_key: str, tmp_path: Path) -> None:
    said = tmp_path / "said"
    with running(HANDLER, {**drill.variables, "POWERTOOLS_METRICS_DISABLED": ""}, stdout=said) as environment:
        for _ in range(3):
            ask(environment, js_key, "measured")
        environment.wait_for_rest()
    documents = [line for line in said.read_text().splitlines() if line.startswith('{"_aws"')]
    sums = metrics_of(documents)
    of_route = (("stage", "local"), ("route", "GET /js/predict"), ("lane", "plan"))
    assert sums["Augury", "PredictCalls", of_route] == len(documents) == 3
    assert sums["Augury", "ColdStarts", (("stage", "local"),)] == 1
    assert {json.loads(document)["client"] for document in documents} == {ACME}
