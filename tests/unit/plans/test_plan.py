"""The plan document and its interpreter."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.plans import (
    MAX_FEATURE,
    AnyStep,
    Blank,
    Block,
    Boolean,
    Category,
    FeatureId,
    InvalidPlan,
    Number,
    OneHot,
    Plan,
    Scale,
    text_of,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=2), scalars, max_size=2)


def column(*steps: AnyStep, field: str = "x") -> Plan:
    return Plan(steps, [Number(field=field)])


def value(plan: Plan, x: Any) -> float:
    (found,) = plan.vector({"x": x})
    return found


def example_plan() -> Plan:
    steps: list[AnyStep] = [
        FeatureId(field="name", output="nameId", values=("a", "b"), first_id=0),
        Blank(field="age", values=(-1, "n/a")),
        Scale(field="age", mean=0.1, scale=1 / 3, minimum=-2.5, maximum=1e300),
        Boolean(field="paid", values={"yes": 1.0, "no": 0.0}),
        Category(field="città", values={"forlì": "forlì", "10": "città_10"}, missing="UKN"),
    ]
    blocks: list[Block] = [
        Number(field="age"),
        Number(field="paid"),
        OneHot(field="città", categories=("UKN", "città_10", "forlì")),
    ]
    return Plan(steps, blocks)


def test_a_record_becomes_numbers_and_one_hot_columns_in_the_order_of_the_blocks() -> None:
    vector = example_plan().vector({"age": 2.1, "paid": "YES", "città": "FORLÌ"})
    assert vector == [(2.1 - 0.1) / (1 / 3), 1.0, 0.0, 0.0, 1.0]


def test_an_empty_record_is_all_missing() -> None:
    age, paid, *city = example_plan().vector({})
    assert (age, city) == (0.0, [1.0, 0.0, 0.0])
    assert math.isnan(paid)


def test_steps_that_the_vector_does_not_need_are_left_out_with_the_fields_that_they_read() -> None:
    plan = example_plan()
    assert plan.inputs == ("age", "paid", "città")
    assert "feature_id" not in {step.kind for step in plan.document.steps}


def test_a_field_written_over_before_it_is_read_is_no_input() -> None:
    plan = Plan(
        [
            Scale(field="y", mean=0.0, scale=1.0),
            FeatureId(field="x", output="y", values=("a",), first_id=5),
        ],
        [Number(field="y")],
    )
    assert plan.inputs == ("x",)
    assert [step.kind for step in plan.document.steps] == ["feature_id"]
    assert plan.vector({"x": "a", "y": 99}) == [5.0]


def test_steps_of_one_field_are_applied_in_their_order() -> None:
    plan = column(Blank(field="x", values=(7,)), Scale(field="x", mean=5.0, scale=2.0))
    assert (value(plan, 7), value(plan, 7.0), value(plan, 9)) == (0.0, 0.0, 2.0)


def test_blanked_values_are_told_apart_by_type() -> None:
    plan = column(Blank(field="x", values=(1, "n/a")))
    assert math.isnan(value(plan, 1.0))
    assert value(plan, True) == 1.0


def test_a_number_is_held_to_its_limits_before_it_is_scaled() -> None:
    plan = column(Scale(field="x", mean=0.0, scale=2.0, minimum=-1.0, maximum=4.0))
    assert [value(plan, x) for x in (-9, 3, 9, None)] == [-0.5, 1.5, 2.0, 0.0]


@pytest.mark.parametrize("huge", [1.7e308, -1.7e308, 10**300])
def test_every_number_has_a_finite_float32_at_the_door(huge: float) -> None:
    for plan in (column(), column(Scale(field="x", mean=-huge, scale=5e-324))):
        assert abs(value(plan, huge)) == MAX_FEATURE


@pytest.mark.parametrize("alien", ["7", [7], {"a": 7}, float("nan"), float("inf"), 10**400])
def test_what_is_no_finite_number_is_missing(alien: Any) -> None:
    assert math.isnan(value(column(), alien))
    assert value(column(Scale(field="x", mean=1.0, scale=1.0)), alien) == 0.0


def test_an_unseen_category_has_no_column() -> None:
    assert example_plan().vector({"città": "Bologna"})[2:] == [0.0, 0.0, 0.0]


def test_an_unseen_value_has_the_id_minus_one() -> None:
    plan = column(FeatureId(field="x", output="id", values=("b", "10"), first_id=1), field="id")
    assert [value(plan, x) for x in ("b", 10, 10.0, "10", "c", None, [1])] == [1.0, 2.0, 2.0, 2.0, -1.0, -1.0, -1.0]


def test_a_plan_read_back_is_the_same_plan() -> None:
    plan = example_plan()
    again = Plan.load(plan.dump())
    assert again.document == plan.document
    assert (again.inputs, again.width) == (plan.inputs, plan.width)


@given(mean=finite, scale=st.floats(min_value=5e-324, allow_infinity=False, allow_nan=False), x=finite)
def test_numbers_survive_being_stored_bit_for_bit(mean: float, scale: float, x: float) -> None:
    plan = column(Scale(field="x", mean=mean, scale=scale))
    assert value(Plan.load(plan.dump()), x).hex() == value(plan, x).hex()


@given(st.dictionaries(st.sampled_from(["age", "paid", "città", "name"]), json_values))
def test_any_record_gives_a_vector_of_the_same_width(record: dict[str, Any]) -> None:
    vector = example_plan().vector(record)
    assert len(vector) == example_plan().width
    assert all(math.isnan(number) or abs(number) <= MAX_FEATURE for number in vector)


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_has_the_text_of_its_float(number: int) -> None:
    assert text_of(number) == text_of(float(number))


def altered(**changes: Any) -> bytes:
    return json.dumps({**json.loads(example_plan().dump()), **changes}).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "must be JSON"),
        (b"\x80\x04\x95", "must be JSON"),
        (example_plan().dump()[:-20], "must be JSON"),
        (b"[]", "format None is unknown"),
        (altered(format=2), "format 2 is unknown"),
        (altered(format=True), "format True is unknown"),
        (altered(steps=[{"kind": "python", "code": "1"}]), "steps.0: Input tag 'python'"),
        (altered(vector=[{"kind": "image", "field": "x"}]), "vector.0: Input tag 'image'"),
        (altered(vector=[{"kind": "number", "field": 3}]), "vector.0.number.field"),
        (altered(steps=[{"kind": "scale", "field": "x", "mean": 0, "scale": 0}]), "greater than 0"),
        (altered(steps=[{"kind": "scale", "field": "x", "mean": "0", "scale": 1}]), "steps.0.scale.mean"),
        (altered(vector=[{"kind": "one_hot", "field": "x", "categories": ["a", "a"]}]), "two columns"),
        (
            altered(steps=[{"kind": "feature_id", "field": "x", "output": "y", "values": ["a", "a"], "first_id": 0}]),
            "two ids",
        ),
        (altered(code="import os"), "code"),
    ],
)
def test_a_document_that_is_no_plan_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidPlan, match=reason):
        Plan.load(body)


def test_running_a_plan_loads_neither_numpy_nor_anything_heavier() -> None:
    script = (
        "import sys; from augury.plans import Plan\n"
        f"Plan.load({example_plan().dump()!r}).vector({{'age': 1}})\n"
        "print(sorted({'numpy', 'pandas', 'sklearn', 'xgboost'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
