"""The gate through which all JSON from clients comes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.events import parse_json, violation

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def judge(text: bytes) -> Kind | None:
    try:
        return violation(parse_json(text))
    except AuguryError as error:
        return error.kind


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b'{"a":NaN}', b'{"a":Infinity}', b'{"a":-Infinity}', b'{"a":1e999}', b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\xff"}', b'{"a":"\xc0\xaf"}', b'{"a":"\\ud800"}', b'\xef\xbb\xbf{"a":1}', '{"a":1}'.encode("utf-16"),
        b"{'a':1}", b'{"a":1,}', b'{"a":1} {"b":2}', b'{"a":01}', b"[" * 100_000 + b"]" * 100_000,
    ],
)  # fmt: skip
def test_what_is_not_strict_json_is_refused_quickly(text: bytes) -> None:
    began = time.perf_counter()
    assert judge(text) is Kind.INVALID_JSON
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (b"[1]", Kind.NOT_AN_OBJECT),
        (b'"text"', Kind.NOT_AN_OBJECT),
        (b"null", Kind.NOT_AN_OBJECT),
        (b'{"client":"a","client":"b"}', Kind.DUPLICATE_KEY),
        (b'{"a":[{"b":1,"b":1}]}', Kind.DUPLICATE_KEY),
        (b'{"a":9223372036854775808}', Kind.NUMBER_OUT_OF_RANGE),
        (b'{"a":[18446744073709551616]}', Kind.NUMBER_OUT_OF_RANGE),
        (b'{"a":-9223372036854775809}', Kind.NUMBER_OUT_OF_RANGE),
    ],
)
def test_json_that_is_no_event_is_refused_with_its_rule(text: bytes, kind: Kind) -> None:
    assert judge(text) is kind


@pytest.mark.parametrize(
    "text", [b'{"a":9223372036854775807}', b'{"a":-9223372036854775808}', b'{"a":"\\u0000"}', b"{}"]
)
def test_what_is_just_within_the_rules_is_accepted(text: bytes) -> None:
    assert judge(text) is None


@pytest.mark.parametrize(("depth", "kind"), [(31, None), (32, None), (33, Kind.TOO_DEEP), (900, Kind.TOO_DEEP)])
def test_nesting_is_counted_from_the_event_itself(depth: int, kind: Kind | None) -> None:
    assert judge(b'{"a":' * depth + b"1" + b"}" * depth) is kind


@pytest.mark.parametrize(("keys", "kind"), [(999, None), (1000, None), (1001, Kind.TOO_MANY_KEYS)])
def test_keys_are_counted_at_every_level(keys: int, kind: Kind | None) -> None:
    inner = {f"k{i}": 1 for i in range(keys - 1)}
    assert judge(json.dumps({"a": inner}).encode()) is kind


@given(st.dictionaries(TEXT, JSON, max_size=5))
def test_values_come_through_unchanged(value: dict[str, Any]) -> None:
    parsed = parse_json(json.dumps(value).encode())
    assert parsed == value
    assert json.dumps(parsed) == json.dumps(value)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_gate(text: bytes) -> None:
    judge(text)
