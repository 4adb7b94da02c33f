"""The gate through which all JSON from clients comes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.events import element_texts, parse_each, parse_json, strict_json, value_or_error, violation

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)

HANG_S = 3


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
    assert time.perf_counter() - began < HANG_S


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


FRAGMENTS = [
    "{", "}", "[", "]", ",", ":", '"', '"a"', '"client"', '"b":', '"a" :', '":"', '"\\":"', '"\\u003a"', '"\\u003A"',
    "\\", '"\\u0061"', "1", "-0", "-0.0", "0.10", "1e5", "1E400", "1e-400", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616",
    "0.1234567890123456789", "1234567890123456789012.5", "12345678901234567890e3", '",1234567890123456789012"', "null",
    "true", " ", "\n", "é", "\x00",
]  # fmt: skip
KEYS = st.sampled_from(['"a"', '"b"', '"\\u0061"', '":"', '"\\u003a"', '"client"'])
FIELDS = st.tuples(KEYS, st.sampled_from(["", " "]))


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(FIELDS, inner).map(lambda member: f"{member[0][0]}{member[0][1]}:{member[1]}")
    return st.lists(members, max_size=4).map(lambda all_members: "{" + ",".join(all_members) + "}")


WITH_DUPLICATES = st.recursive(
    st.sampled_from(["1", '"x:y"', '":"', '"\\u003a"', "9223372036854775808", "-9223372036854775808", "1.5", "-0"]),
    lambda inner: objects(inner) | st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]"),
    max_leaves=12,
)


class Pairs(list[tuple[str, Any]]):
    """An object as it was written."""


def judge_as_written(text: bytes) -> Kind | None:
    """Judge a text by a reading that keeps all that was written: slow, and plain to see through."""
    try:
        orjson.loads(text)
        written = json.loads(text.decode(), object_pairs_hook=Pairs)
    except ValueError:
        return Kind.INVALID_JSON
    broken = set(rules_broken(written))
    return next((kind for kind in (Kind.DUPLICATE_KEY, Kind.NUMBER_OUT_OF_RANGE) if kind in broken), None)


def rules_broken(written: Any) -> Iterator[Kind]:
    inner = written if isinstance(written, list) else []
    if isinstance(written, Pairs):
        names = [name for name, _ in written]
        inner = [value for _, value in written]
        if len(set(names)) < len(names):
            yield Kind.DUPLICATE_KEY
    if isinstance(written, int) and not -(2**63) <= written < 2**63:
        yield Kind.NUMBER_OUT_OF_RANGE
    for value in inner:
        yield from rules_broken(value)


def assert_read_alike(text: bytes) -> None:
    try:
        quickly = parse_json(text)
    except AuguryError as error:
        told: Kind | None = error.kind
    else:
        told = None
        assert json.dumps(quickly) == json.dumps(json.loads(text.decode()))
    either = {Kind.DUPLICATE_KEY, Kind.NUMBER_OUT_OF_RANGE}  # a text may break both rules
    assert told is judge_as_written(text) or {told, judge_as_written(text)} == either


@settings(max_examples=500)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
def test_the_quick_reading_of_any_fragments_is_that_of_the_slow_one(text: str) -> None:
    assert_read_alike(text.encode())


@settings(max_examples=500)
@given(WITH_DUPLICATES)
def test_the_quick_reading_misses_no_duplicate_and_no_large_integer(text: str) -> None:
    assert_read_alike(text.encode())


@given(st.dictionaries(TEXT, JSON, max_size=5), st.sampled_from([None, 1]))
def test_the_quick_reading_of_good_json_is_that_of_the_slow_one(value: dict[str, Any], indent: int | None) -> None:
    assert_read_alike(json.dumps(value, indent=indent).encode())
    assert_read_alike(json.dumps(value, indent=indent, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "text",
    [
        b'{"client" :"a","client":"b","x":":"}', b'{"client":"a","client":"\\u003a"}', b'{"a":1,"\\u0061":2}',
        b'{"a":"\\u003A\\u003a","b":{"c":1,"c":2}}', b'{"a":{},"b":[{"c":1,"c":1}]}',
    ],
)  # fmt: skip
def test_no_spelling_hides_a_duplicate_key(text: bytes) -> None:
    assert judge(text) is Kind.DUPLICATE_KEY


@given(st.lists(WITH_DUPLICATES, max_size=4))
def test_in_an_array_each_element_is_judged_for_itself(elements: list[str]) -> None:
    text = ("[ " + " , ".join(elements) + " ]").encode()
    value, texts = parse_each(text, max_items=4)
    told = [each.kind if isinstance(each, AuguryError) else json.dumps(each) for each in value]
    alone = [value_or_error(element.encode()) for element in elements]
    assert told == [each.kind if isinstance(each, AuguryError) else json.dumps(each) for each in alone]
    assert texts in ([], [element.encode() for element in elements])
    assert element_texts(text, len(elements)) == [element.encode() for element in elements]


@pytest.mark.parametrize(
    "text", [b'{"a":1}', b'{"id":1234567890123456789}', b'[{"a":"x:y"},{"b":[0.0012345678901234567]}]']
)
def test_ordinary_events_take_the_quick_reading(text: bytes) -> None:
    strict_json._check_whole(text, orjson.loads(text))  # which raises where it is not sure
