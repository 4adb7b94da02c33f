"""Whatever is sent to ``POST /predict``: no 5xx, no stack trace, no answer that the fitted pipeline would not give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.artifacts import DataWindow, Manifest
from augury.cli.signatures import signer_of, trust_of
from augury.clients import NewClient
from augury.names import PipelineName, Version
from augury.pipelines._pandas_lane import PandasScorer
from augury.training import load_definition, register, train
from augury.training.folds import Folds
from augury.training.stages import events_of, fit, seeded
from tests.artifacts import ROOT
from tests.e2e.conftest import World

EXAMPLES = {"iris_xgboost": 150, "wine": 178, "tickets_tfidf": 30, "flights": 200}
FUZZ = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)

# Texts without what JSON or UTF-8 can't carry, and numbers at the edges of float32, float64 and int64.
_HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 1e-320, -0.0, 3.5e38, 1e300, 1.7976931348623157e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", "1", "true", "NaN", "null", "2013-02-30", "0001-01-01", "9999-12-31T23:59:60Z", "\0", "a" * 500]
    ),
    st.lists(st.integers(0, 9), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2),
)


@dataclass(frozen=True)
class Example:
    """A pipeline that is served, and the same one as it was fitted."""

    client: NewClient
    bearer: str
    manifest: Manifest
    fitted: PandasScorer
    records: list[dict[str, Any]]

    def rows(self) -> st.SearchStrategy[dict[str, Any]]:
        """Return records that are like those of training, but for some fields, which may be missing."""
        names = list(self.manifest.inputs.names)
        spoilt = st.dictionaries(st.sampled_from(names), _HOSTILE, max_size=2)
        missing = st.sets(st.sampled_from(names), max_size=1)
        made = st.tuples(st.sampled_from(self.records), spoilt, st.one_of(st.just(set()), missing))
        return made.map(lambda one: {name: value for name, value in {**one[0], **one[1]}.items() if name not in one[2]})

    def would_answer(self, row: Mapping[str, Any]) -> bool:
        """Say whether a record fits the schema, and the fitted pipeline has an answer to it."""
        return not self.manifest.inputs.problems(row) and bool(self.fitted.answers([row]).answered.all())


@pytest.fixture(scope="module")
def examples(world: World, tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def example(name: str) -> Example:
        definition = load_definition(ROOT / "training" / f"{name}.py")
        frame = definition.example()
        frame = frame.sample(EXAMPLES[name], random_state=0) if len(frame) > EXAMPLES[name] else frame
        return _served(world, name, frame, tmp_path_factory)

    return example


def _served(world: World, name: str, frame: pd.DataFrame, places: pytest.TempPathFactory) -> Example:
    client, definition = world.new_client(), load_definition(ROOT / "training" / f"{name}.py")
    deployment, connection = world.platform.deployment, world.platform.connection
    outcome = train(
        definition,
        frame,
        client=client.name,
        pipeline=PipelineName("fuzzed"),
        version=Version("1"),
        directory=places.mktemp(name) / "1",
        data_window=DataWindow(),
        folds=Folds(2),
        signer=signer_of(deployment, connection),
    )
    trust = trust_of(deployment, connection)
    register(outcome.directory, client.name, store=world.store, registry=world.registry, trust=trust)
    events, inputs = events_of(frame), outcome.manifest.inputs
    known = json.loads(events[list(inputs.names)].head(20).to_json(orient="records"))
    fitted = PandasScorer(fit(seeded(definition.pipeline(), 0), events), inputs)
    return Example(client, f"Bearer {world.token(client)}", outcome.manifest, fitted, known)


def ask(world: World, example: Example, body: bytes) -> tuple[int, Any]:
    """Return status and answer, once they are found to be such as a caller may see."""
    answer = world.call("POST", "/predict", body, Authorization=example.bearer, Content_Type="application/json")
    assert answer.status in {200, 400, 404, 413, 422}, (body, answer.text)
    assert "Traceback" not in answer.text
    return answer.status, answer.json


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_record_is_answered_only_where_the_fitted_pipeline_answers_it(world: World, examples: Any, name: str) -> None:
    example: Example = examples(name)
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


def test_any_other_body_is_told_what_is_wrong_with_it(world: World, examples: Any) -> None:
    example: Example = examples("iris_xgboost")
    parts = st.recursive(
        _HOSTILE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=4)
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
