"""What a record must bring."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from augury.schema import Field, FieldType, InputSchema

SCHEMA = InputSchema(
    fields=(
        Field(name="age", type=FieldType.NUMBER),
        Field(name="paid", type=FieldType.BOOLEAN),
        Field(name="città", type=FieldType.TEXT),
        Field(name="mixed", type=FieldType.ANY),
        Field(name="note", type=FieldType.TEXT, nullable=True),
    )
)
FITTING: dict[str, Any] = {"age": 31, "paid": True, "città": "Forlì", "mixed": 1.5, "note": None}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def complaints(**changes: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(detail.loc, detail.msg) for detail in SCHEMA.problems({**FITTING, **changes})]


def test_a_record_that_fits_has_no_problems() -> None:
    assert SCHEMA.problems(FITTING) == []


def test_fields_that_the_schema_does_not_name_are_ignored() -> None:
    assert complaints(more={"deep": [1]}, client="acme") == []


def test_a_nullable_field_may_be_null_or_absent() -> None:
    without = {name: value for name, value in FITTING.items() if name != "note"}
    assert SCHEMA.problems(without) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"age": None}, "a number is required"),
        ({"age": "31"}, "a number is expected, not text"),
        ({"age": True}, "a number is expected, not a boolean"),
        ({"age": [1]}, "a number is expected, not an array"),
        ({"age": float("nan")}, "a number is expected within the range of float64"),
        ({"age": float("inf")}, "a number is expected within the range of float64"),
        ({"age": 10**400}, "a number is expected within the range of float64"),
        ({"paid": 1}, "a boolean is expected, not a number"),
        ({"città": 7}, "text is expected, not a number"),
        ({"città": {"a": 1}}, "text is expected, not an object"),
        ({"mixed": None}, "a value is required"),
        ({"mixed": float("-inf")}, "a value is expected within the range of float64"),
        ({"note": 1.0}, "text is expected, not a number"),
    ],
)
def test_a_value_that_does_not_fit_names_its_field_and_what_was_expected(changes: dict[str, Any], message: str) -> None:
    assert complaints(**changes) == [(("data", next(iter(changes))), message)]


def test_every_offending_field_is_named_in_the_order_of_the_schema() -> None:
    assert [detail.loc[-1] for detail in SCHEMA.problems({})] == ["age", "paid", "città", "mixed"]


def test_the_place_of_the_record_in_the_request_leads_the_path() -> None:
    assert SCHEMA.problems({**FITTING, "age": None}, ("data", 3))[0].loc == ("data", 3, "age")


def test_a_field_cannot_be_named_twice() -> None:
    with pytest.raises(ValidationError, match="same name"):
        InputSchema(fields=(Field(name="a", type=FieldType.TEXT), Field(name="a", type=FieldType.NUMBER)))


def test_a_schema_read_back_from_json_checks_as_before() -> None:
    again = InputSchema.model_validate_json(SCHEMA.model_dump_json())
    assert again == SCHEMA
    assert again.problems({}) == SCHEMA.problems({})


@given(st.dictionaries(st.sampled_from(SCHEMA.names), json_values))
def test_any_record_gets_one_problem_per_offending_field_at_most(record: dict[str, Any]) -> None:
    named = [detail.loc[-1] for detail in SCHEMA.problems(record)]
    assert len(named) == len(set(named))
    assert set(named) <= set(SCHEMA.names)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63 - 1))
def test_every_number_that_json_carries_is_a_number(value: float) -> None:
    assert complaints(age=json.loads(json.dumps(value))) == []
