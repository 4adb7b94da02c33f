"""Many records at once, and the same records one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.plans import (
    Affine,
    Alias,
    Analysis,
    AnyStep,
    Bins,
    Blank,
    Boolean,
    Category,
    Code,
    Door,
    Entries,
    FeatureId,
    Fill,
    IsMissing,
    Lookup,
    OneHot,
    Plan,
    Products,
    Scale,
    Spread,
    Terms,
    Unanswerable,
)

ROWS = 70
"""More than are done one by one."""

numbers = st.floats() | st.integers(-(2**70), 2**70) | st.sampled_from([0, -0.0, 1, 1.0, True, 1e308, -1e308, 10**400])
texts = st.sampled_from(["a", "A", "b", "", "1", "1.0", "true", "ü", "10"])
values = st.none() | numbers | texts | st.booleans()
fields = ["a", "b", "c", "d"]
columns = st.sampled_from([numbers, texts, texts | st.none(), numbers | st.none(), values, values | st.just([1])])
alphas = Analysis(token_pattern=r"\w")


def steps_on(a: str, b: str) -> list[list[AnyStep]]:
    """Steps from two fields to the fields x and y."""
    hot = OneHot(field=b, categories=("a", "1", "true"), outputs=("x", "z", "y"))
    return [
        [Scale(field=a, mean=0.1, scale=3.3, minimum=-5.0, maximum=1e300), Alias(field=a, output="x"), hot],
        [Affine(field=a, output="x", subtract=0.1, divide=3.0, multiply=7.0, add=0.3, minimum=-1e9), hot],
        [Affine(field=a, output="x", multiply=1e300), Affine(field="x", output="y", multiply=1e300)],
        [Boolean(field=a, values={"true": 1.0, "1": 0.5}), Alias(field=a, output="x"), hot],
        [Category(field=b, values={"a": "1", "b": "true"}, missing="a"), hot],
        [
            FeatureId(field=a, output="x", values=("a", "1"), first_id=1),
            Code(field=b, output="y", categories=("a", "1")),
        ],
        [Blank(field=a, values=(1, "a")), Fill(field=a, output="x", value=9.0), IsMissing(field=a, output="y")],
        [Lookup(field=a, output="p", values=("a", None), numbers=(0.0, 1.0)), Spread(field="p", outputs=("x", "y"))],
        [Terms(field=b, outputs=("x", "y"), analysis=alphas, vocabulary=("a", "1"), norm="l2")],
        [Bins(field=a, output="x", edges=(0.0, 1.0)), Products(fields=(a, "x"), outputs=("y",), factors=((0, 0, 1),))],
        [
            Entries(field=a, keys=("k",), outputs=("x",)),
            Scale(field=b, mean=0.0, scale=1e-300),
            Alias(field=b, output="y"),
        ],
    ]


@st.composite
def batches(draw: st.DrawFn) -> list[dict[str, Any]]:
    drawn = {name: draw(st.lists(draw(columns), min_size=5, max_size=5)) for name in fields}
    records = [{name: drawn[name][row % 5] for name in fields} for row in range(ROWS)]
    records[draw(st.integers(0, ROWS - 1))].pop(draw(st.sampled_from(fields)))
    return records


doors = st.builds(
    Door,
    dtype=st.sampled_from(["float32", "float64"]),
    missing=st.sampled_from([None, -1.0, "refused"]),
    beyond=st.sampled_from(["held", "refused"]),
)


def one_by_one(plan: Plan, records: list[dict[str, Any]]) -> Any:
    found = []
    for position, record in enumerate(records):
        try:
            found.append(plan.vector(record))
        except Unanswerable as refusal:
            return refusal.field, refusal.reason, position
    return np.array(found, dtype=plan.document.door.dtype)


def at_once(plan: Plan, records: list[dict[str, Any]]) -> Any:
    try:
        return plan.matrix(records)
    except Unanswerable as refusal:
        return refusal.field, refusal.reason, refusal.record


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=batches(), chosen=st.integers(0, 10), door=doors)
def test_a_batch_is_what_its_records_are_bit_for_bit(records: list[dict[str, Any]], chosen: int, door: Door) -> None:
    plan = Plan(steps_on("a", "b")[chosen], ["x", "c", "y", "x"], door)
    expected, found = one_by_one(plan, records), at_once(plan, records)
    assert type(expected) is type(found)
    if isinstance(expected, tuple):
        assert found == expected
    else:
        assert found.dtype == door.dtype
        np.testing.assert_array_equal(found, expected)
        assert (np.signbit(found) == np.signbit(expected))[~np.isnan(expected)].all()


def test_numbers_that_are_equal_but_of_another_type_are_told_apart() -> None:
    records: list[dict[str, Any]] = [{"v": value} for value in [1, True, 1.0, "1"] * 20]
    plan = Plan([FeatureId(field="v", output="id", values=("1", "true"), first_id=0)], ["id"])
    assert plan.matrix(records)[:4, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_a_key_that_some_records_lack_is_null_in_them() -> None:
    found = Plan([], ["v"]).matrix([{"v": 1.5}, {}] * 40)
    assert found[0, 0] == 1.5
    assert math.isnan(found[1, 0])


def test_no_record_makes_an_empty_matrix() -> None:
    assert Plan([], ["v", "w"]).matrix([]).shape == (0, 2)


@pytest.mark.parametrize("rows", [3, 100])
def test_the_first_record_that_is_refused_is_named(rows: int) -> None:
    records: list[dict[str, Any]] = [{"v": 1.0}] * rows
    records[2] = {"v": None}
    with pytest.raises(Unanswerable, match="'v' is required") as refusal:
        Plan([], ["v"], Door(missing="refused")).matrix(records)
    assert refusal.value.record == 2
