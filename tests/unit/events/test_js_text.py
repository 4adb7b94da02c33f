"""Text parameters and the types that they get."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.events import from_parameters, typed_text


@pytest.mark.parametrize(
    ("text", "value"),
    [("5.1", 5.1), ("5.0", 5.0), ("0", 0), ("-3", -3), ("true", True), ("false", False)],
)
def test_text_that_spells_a_value_exactly_becomes_it(text: str, value: Any) -> None:
    typed = typed_text(text)
    assert (typed, type(typed)) == (value, type(value))


@pytest.mark.parametrize(
    "text",
    ["007", "1.10", "+1", "1e5", ".5", "5.", "NaN", "1f", "True", "null", "", " 1", "1_000", "٣", "-0", str(2**63)],
)
def test_text_that_would_lose_something_stays_text(text: str) -> None:
    assert typed_text(text) == text


@given(st.text())
def test_typing_never_changes_what_would_be_written(text: str) -> None:
    typed = typed_text(text)
    assert typed == text if isinstance(typed, str) else orjson.dumps(typed).decode() == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_written_as_json_are_numbers_again(number: int) -> None:
    assert typed_text(json.dumps(number)) == number


def test_words_about_the_call_are_no_fields() -> None:
    fields = from_parameters([("consumer_key", "k"), ("f1", "5.1"), ("name", "x")], frozenset({"consumer_key"}))
    assert fields == {"f1": 5.1, "name": "x"}


def test_a_field_given_twice_is_refused() -> None:
    with pytest.raises(AuguryError) as refused:
        from_parameters([("f1", "1"), ("f1", "2")], frozenset())
    assert refused.value.kind is Kind.DUPLICATE_KEY
    assert refused.value.details[0].loc == ("f1",)
