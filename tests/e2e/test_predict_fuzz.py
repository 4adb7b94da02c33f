"""Whatever is sent to ``POST /predict``: no 5xx, no stack trace, no answer that the fitted pipeline would not give."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from augury import openapi
from tests.e2e.conftest import World
from tests.e2e.examples import EXAMPLES, HOSTILE, Example, served

type Examples = Callable[[str], Example]

load_all_checks()
JUDGED: list[Any] = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]

FUZZ = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@pytest.fixture(scope="module")
def examples(world: World, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Example]:
    return cache(lambda name: served(world, name, tmp_path_factory.mktemp(name)))


def ask(world: World, example: Example, body: bytes) -> tuple[int, Any]:
    """Return status and answer, once they are found to be such as a caller may see."""
    answer = world.call("POST", "/predict", body, Authorization=example.bearer, Content_Type="application/json")
    assert answer.status in {200, 400, 404, 413, 422}, (body, answer.text)
    assert "Traceback" not in answer.text
    return answer.status, answer.json


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_record_is_answered_only_where_the_fitted_pipeline_answers_it(
    world: World, examples: Examples, name: str
) -> None:
    example = examples(name)
    statuses = set()

    @given(st.lists(example.rows(), min_size=1, max_size=3), st.booleans())
    @FUZZ
    def check(rows: list[dict[str, Any]], as_list: bool) -> None:
        asked = rows if as_list or len(rows) > 1 else rows[0]
        status, answer = ask(world, example, json.dumps({"data": asked}).encode())
        statuses.add(status)
        if status == 200:
            assert all(map(example.would_answer, rows)), rows
            assert not isinstance(asked, list) or len(answer["predictions"]) == len(rows)
        elif status == 422:
            assert answer["details"]
            assert {detail["loc"][0] for detail in answer["details"]} == {"data"}

    check()
    assert {200, 422} <= statuses


def test_any_other_body_is_told_what_is_wrong_with_it(world: World, examples: Examples) -> None:
    example = examples("iris_xgboost")
    parts = st.recursive(
        HOSTILE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4)
    )
    bodies = parts.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60)

    @given(bodies)
    @settings(FUZZ, max_examples=150)
    def check(body: bytes) -> None:
        status, answer = ask(world, example, body)
        assert status != 200, body
        assert answer["error_id"] >= 38

    check()


_WORDS = st.sampled_from(["data", "meta", "puid", "pipeline", "key", "f1", "f2", "f3"])


def document_of(world: World, example: Example) -> dict[str, Any]:
    told = world.call("GET", "/openapi.json", Authorization=example.bearer)
    assert told.status == 200
    document: dict[str, Any] = told.json
    return document


def authorize(case: schemathesis.Case[Any], example: Example) -> None:
    if case.operation.path == "/js/predict":
        case.query["consumer_key"] = example.client.js_key
    else:
        case.headers["Authorization"] = example.bearer


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_clients_document_leads_to_is_answered_as_it_says(
    world: World, examples: Examples, name: str, mode: GenerationMode
) -> None:
    example = examples(name)
    schema, statuses = schemathesis.openapi.from_dict(document_of(world, example)), set[int]()

    @given(schema["/predict"]["POST"].as_strategy(generation_mode=mode))
    @settings(FUZZ, max_examples=25)
    def check(case: schemathesis.Case[Any]) -> None:
        authorize(case, example)
        answer = case.call(base_url=world.platform.api_url)
        case.validate_response(answer, checks=JUDGED)
        assert "Traceback" not in answer.text
        statuses.add(answer.status_code)
        if answer.status_code == 200:
            assert isinstance(answer.request.body, bytes)
            asked = json.loads(answer.request.body)
            data = asked.get("data", asked)
            assert all(map(example.would_answer, data if isinstance(data, list) else [data])), asked

    check()
    assert 200 in statuses if mode is GenerationMode.POSITIVE else statuses - {200}


def test_the_other_routes_of_a_clients_document_answer_as_it_says(world: World, examples: Examples) -> None:
    example = examples("iris_xgboost")
    document = document_of(world, example)
    own = {path: methods for path, methods in document["paths"].items() if path not in SHARED | {"/predict"}}
    schema = schemathesis.openapi.from_dict({**document, "paths": own})
    operations = [schema[path][method.upper()] for path, methods in own.items() for method in methods]
    assert len(operations) > 10

    for operation in operations:

        @given(operation.as_strategy())
        @settings(FUZZ, max_examples=12)
        def check(case: schemathesis.Case[Any]) -> None:
            authorize(case, example)
            case.call_and_validate(base_url=world.platform.api_url, checks=JUDGED)

        check()


SHARED = frozenset(openapi.document("0")["paths"])
