"""The plan document and its interpreter."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.plans import (
    MAX_FEATURE,
    Affine,
    Alias,
    AnyStep,
    Bins,
    Blank,
    Boolean,
    Category,
    Constant,
    Door,
    FeatureId,
    InvalidPlan,
    OneHot,
    Operation,
    Path,
    Plan,
    Require,
    Scale,
    Slots,
    Step,
    Unanswerable,
    text_of,
)
from augury.plans.program import live_steps

finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=2), scalars, max_size=2)


def column(*steps: AnyStep, field: str = "x") -> Plan:
    return Plan(steps, [field])


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
        OneHot(field="città", categories=("UKN", "città_10", "forlì"), outputs=("c0", "c1", "c2")),
    ]
    return Plan(steps, ["age", "paid", "c0", "c1", "c2"])


def test_a_record_becomes_numbers_and_one_hot_columns_in_the_order_of_the_vector() -> None:
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
        ["y"],
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


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["age", "paid", "città", "name"]), json_values))
def test_any_record_gives_a_vector_of_the_same_width(record: dict[str, Any]) -> None:
    vector = example_plan().vector(record)
    assert len(vector) == example_plan().width
    assert all(math.isnan(number) or abs(number) <= MAX_FEATURE for number in vector)


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_has_the_text_of_its_float(number: int) -> None:
    assert text_of(number) == text_of(float(number))


def one_hot(**values: Any) -> dict[str, Any]:
    return {"kind": "one_hot", "field": "x", **values}


def altered(**changes: Any) -> bytes:
    return json.dumps({**json.loads(example_plan().dump()), **changes}).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "must be JSON"),
        (b"\x80\x04\x95", "must be JSON"),
        (example_plan().dump()[:-20], "must be JSON"),
        (b"[]", "format None is unknown"),
        (altered(format=1), "format 1 is unknown"),
        (altered(format=True), "format True is unknown"),
        (altered(steps=[{"kind": "python", "code": "1"}]), "steps.0: Input tag 'python'"),
        (altered(vector=[3]), "vector.0"),
        (altered(door={"dtype": "float16"}), "door.dtype"),
        (altered(steps=[{"kind": "scale", "field": "x", "mean": 0, "scale": 0}]), "greater than 0"),
        (altered(steps=[{"kind": "scale", "field": "x", "mean": "0", "scale": 1}]), "steps.0.scale.mean"),
        (altered(steps=[one_hot(categories=["a", "a"], outputs=["b", "c"])]), "two columns"),
        (altered(steps=[one_hot(categories=["a"], outputs=["b", "c"])]), "one output per category"),
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


class Shout(Step):
    """A step of the test: it refuses a record whose field is not in upper case."""

    @property
    def reads(self) -> tuple[str, ...]:
        return ("word",)

    @property
    def writes(self) -> tuple[str, ...]:
        return ()

    def bind(self, read: Sequence[int], write: Sequence[int]) -> Operation:
        (source,) = read

        def shout(slots: Slots) -> None:
            if not slots[source].isupper():
                raise Unanswerable("word", "must be in upper case")

        return shout


def test_a_field_that_must_be_there_is_asked_for_where_it_was_used_before() -> None:
    steps: list[AnyStep] = [
        Path(field="a", output="b", keys=("c",)),
        Require(field="a", output="a"),
        Require(field="d", output="d"),
    ]
    plan = Plan(steps, ["b"])
    assert plan.inputs == ("a",)
    with pytest.raises(Unanswerable, match="'a' is required"):
        plan.vector({})


def test_a_field_that_was_written_over_unused_need_not_be_there() -> None:
    assert Plan([Constant(output="a", value=1.0), Require(field="a", output="a")], ["b"]).inputs == ("b",)


def test_a_step_that_writes_nothing_stays_and_may_refuse_a_record() -> None:
    live = live_steps([Shout(), Scale(field="unused", mean=0.0, scale=1.0)], ["x"])
    assert [type(step) for step in live] == [Shout]


def test_a_refusal_names_the_input_that_the_field_was_made_from_and_the_record() -> None:
    plan = Plan([Alias(field="price", output="p#1"), Bins(field="p#1", output="bin", edges=(1.0,))], ["bin"])
    with pytest.raises(Unanswerable, match="'price' must be a number") as alone:
        plan.vector({"price": None})
    assert alone.value.record is None
    with pytest.raises(Unanswerable) as among:
        plan.matrix([{"price": 1}, {"price": 2}, {}])
    assert (among.value.field, among.value.record) == ("price", 2)


def test_steps_that_overwrite_each_others_fields_read_what_was_there_at_their_turn() -> None:
    plan = Plan(
        [
            Affine(field="a", output="b", add=1.0),
            Affine(field="a", output="a", multiply=10.0),
            Affine(field="b", output="c", add=100.0),
            Affine(field="a", output="b", add=0.5),
        ],
        ["a", "b", "c", "a"],
    )
    assert plan.inputs == ("a",)
    assert plan.vector({"a": 2.0}) == [20.0, 20.5, 103.0, 20.0]


@pytest.mark.parametrize(
    ("door", "expected"),
    [
        (Door(), [MAX_FEATURE, None]),
        (Door(missing=-1.0), [MAX_FEATURE, -1.0]),
        (Door(dtype="float64", beyond="kept"), [1e300, None]),
    ],
)
def test_the_door_says_what_becomes_of_huge_and_of_missing_numbers(door: Door, expected: list[float | None]) -> None:
    found = Plan([], ["huge", "gone"], door).vector({"huge": 1e300})
    assert [None if math.isnan(number) else number for number in found] == expected


@pytest.mark.parametrize(
    ("door", "reason"),
    [(Door(missing="refused"), "'gone' is required"), (Door(beyond="refused"), "'huge' is too large a number")],
)
def test_the_door_may_refuse_them(door: Door, reason: str) -> None:
    with pytest.raises(Unanswerable, match=reason):
        Plan([], ["huge", "gone"], door).vector({"huge": 1e300})


@given(st.lists(st.dictionaries(st.sampled_from(["age", "paid", "città"]), json_values), max_size=5))
def test_a_matrix_holds_the_vectors_of_its_records(records: list[dict[str, Any]]) -> None:
    plan = example_plan()
    found = plan.matrix(records)
    expected = np.array([plan.vector(record) for record in records], dtype=np.float32).reshape(len(records), plan.width)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
