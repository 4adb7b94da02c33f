"""Fields that stay out of the prediction log."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError
from augury.names import ClientName, PipelineName
from augury.serving import MASKED, Failed, Masks, PipelineDirectory, PredictionEngine, PredictRequest, Served
from tests.artifacts import FLOWER
from tests.unit.serving.conftest import Bench

ACME, IRIS = ClientName("acme"), PipelineName("iris")
NAMES = st.sampled_from(["a", "b", "secret"])
VALUES = st.recursive(
    st.integers() | st.text("xyz"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
)


def masked(rules: str, row: dict[str, Any]) -> Any:
    (found,) = Masks.parse(rules).masked(ACME, IRIS, [row])
    return found


@pytest.mark.parametrize(
    ("rules", "row", "expected"),
    [
        ("email", {"email": "a@b", "n": 1}, {"email": MASKED, "n": 1}),
        ("email", {"n": 1}, {"n": 1}),
        ("email", {"email": None}, {"email": MASKED}),
        ("a.b", {"a": {"b": 1, "c": 2}}, {"a": {"b": MASKED, "c": 2}}),
        ("a.b", {"a": [{"b": 1}, {"b": 2}, 3]}, {"a": [{"b": MASKED}, {"b": MASKED}, 3]}),
        ("a.b", {"a.b": 1}, {"a.b": MASKED}),
        ("a.b", {"a": 1}, {"a": 1}),
        ("a, b\n c", {"a": 1, "b": 2, "c": 3}, {"a": MASKED, "b": MASKED, "c": MASKED}),
        ("acme/iris:a", {"a": 1}, {"a": MASKED}),
        ("acme/wine:a other/iris:a", {"a": 1}, {"a": 1}),
        ("", {"a": 1}, {"a": 1}),
    ],
)
def test_named_fields_are_masked_and_no_others(rules: str, row: dict[str, Any], expected: dict[str, Any]) -> None:
    before = copy.deepcopy(row)
    assert masked(rules, row) == expected
    assert row == before


@given(st.dictionaries(NAMES, VALUES))
def test_a_field_of_the_name_has_no_other_value_than_the_mask(row: dict[str, Any]) -> None:
    found = masked("secret", row)
    assert found.keys() == row.keys()
    assert found.get("secret", MASKED) == MASKED


@pytest.mark.parametrize("entry", ["a..b", ".a", "acme:a", "acme/iris:", "/iris:a", "ACME/iris:a"])
def test_an_entry_that_says_nothing_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match=r"masked field|is not valid"):
        Masks.parse(entry)


def test_a_masked_value_reaches_the_model_and_not_the_log(bench: Bench) -> None:
    logged: list[Served] = []
    directory = PipelineDirectory(bench.registry, ttl_s=5)
    engine = PredictionEngine(directory, bench.models, logged.append, masks=Masks.parse("f1"))
    request = PredictRequest(rows=(FLOWER,), single=True)
    assert engine.predict(ACME, request).predictions == bench.engine.predict(ACME, request).predictions
    (line,) = map(json.loads, logged[0].lines())
    assert line["input"] == {**FLOWER, "f1": MASKED}


def test_a_call_that_failed_is_logged_without_what_was_asked(bench: Bench) -> None:
    failed: list[Failed] = []
    directory = PipelineDirectory(bench.registry, ttl_s=5)
    engine = PredictionEngine(directory, bench.models, bench.logged.append, log_failed=failed.append)
    with pytest.raises(AuguryError):
        engine.predict(ACME, PredictRequest(rows=({**FLOWER, "f1": "tell-nobody"},), single=True, puid="mine"))
    (line,) = map(json.loads, failed[0].lines())
    assert line["error"] == {"id": 122, "status": 422, "kind": "SCHEMA_MISMATCH"}
    assert (line["client"], line["puid"], line["variation"]) == ("acme", "mine", "default")
    assert (line["row"], line["input"], line["predictions"]) == (None, None, None)
    assert "tell-nobody" not in json.dumps(line)
    assert bench.logged == []
