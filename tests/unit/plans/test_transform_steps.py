"""The steps that transforms write: what they do to a value, and which documents they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from augury.plans import FORMAT, AnyStep, InvalidPlan, Items, Plan, Require, Unanswerable


def loaded(step: dict[str, Any]) -> Plan:
    return Plan.load(json.dumps({"format": FORMAT, "steps": [step], "vector": ["x"]}).encode())


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"kind": "split", "fields": ["a"], "output": "x", "expression": "("}, "is no regular expression"),
        ({"kind": "date", "field": "x", "output": "x", "time_zone": "Mars/Base"}, "time zone 'Mars/Base' is unknown"),
        ({"kind": "date", "field": "x", "output": "x", "time_zone": "../etc/passwd"}, "is unknown"),
        ({"kind": "date", "field": "x", "output": "x", "formats": ["%Y %Y"]}, "date format '%Y %Y' reads no date"),
        ({"kind": "date_parts", "field": "x", "parts": ["minute"]}, "steps.0.date_parts.parts"),
        ({"kind": "items", "field": "x", "items": ["a", "a"], "outputs": ["b", "c"]}, "two outputs"),
        ({"kind": "items", "field": "x", "items": ["a"], "outputs": []}, "one output per item"),
        ({"kind": "tfidf", "field": "x", "output": "x", "idf": {"b": 1.0, "a": 1.0}}, "not in their order"),
        ({"kind": "svmlight", "fields": ["x"], "output": "x", "ids": {"a": "1"}}, "steps.0.svmlight.ids.a"),
        ({"kind": "path", "field": "x", "output": "x", "keys": [1]}, "steps.0.path.keys"),
        ({"kind": "group", "field": "x", "output": "x", "kept": ["a"]}, "steps.0.group.group"),
        ({"kind": "binary", "field": "x"}, "steps.0.binary.output"),
        ({"kind": "constant", "output": "x", "value": 1, "code": "1"}, "steps.0.constant.code"),
    ],
)
def test_a_step_that_cannot_be_done_is_refused_with_its_reason(step: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidPlan, match=reason):
        loaded(step)


def test_a_plan_that_requires_a_value_names_the_field_and_the_record() -> None:
    plan = Plan([Require(field="name", output="name", values=("1", "b"))], ["name"])
    assert plan.vector({"name": 1.0}) == [1.0]
    with pytest.raises(Unanswerable, match="'name' has a value that the pipeline did not learn"):
        plan.vector({"name": "c"})
    with pytest.raises(Unanswerable, match="'name' is required") as refusal:
        plan.matrix([{"name": 1}, {"name": None}])
    assert (refusal.value.field, refusal.value.record) == ("name", 1)


def test_records_do_not_see_each_others_items() -> None:
    steps: list[AnyStep] = [Items(field="t", items=("a", "b"), outputs=("t_a", "t_b"), measure="count")]
    plan = Plan(steps, ["t_a", "t_b"])
    assert plan.matrix([{"t": ["a", "a"]}, {"t": ["b"]}, {}]).tolist() == [[2, 0], [0, 1], [0, 0]]
