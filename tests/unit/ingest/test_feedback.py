"""Feedback on a prediction: what is taken, and what is stored of it."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.ingest import MAX_FEEDBACK_BYTES, Feedback, parse_feedback
from augury.names import ClientName

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TEXTS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=100)


def refused(**value: Any) -> list[tuple[str | int, ...]]:
    with pytest.raises(AuguryError) as refusal:
        parse_feedback(json.dumps(value).encode())
    assert refusal.value.kind is Kind.INVALID_REQUEST
    return [detail.loc for detail in refusal.value.details]


@given(
    TEXTS, st.floats(allow_nan=False, allow_infinity=False), TEXTS | st.booleans() | st.integers(-(2**63), 2**63 - 1)
)
def test_what_is_told_is_what_is_stored(puid: str, reward: float, truth: str | bool | int) -> None:
    body = json.dumps({"puid": puid, "reward": reward, "truth": truth}).encode()
    stored = json.loads(parse_feedback(body).line(ClientName("acme"), AT))
    assert len(stored.pop("_event_id")) == 36
    assert stored == {
        "client": "acme",
        "puid": puid,
        "reward": reward,
        "truth": truth,
        "_received_at": "2026-11-23T09:30:00.000Z",
    }
    assert type(stored["truth"]) is type(truth)


def test_a_reward_or_a_truth_alone_is_enough() -> None:
    assert parse_feedback(b'{"puid":"p","reward":0}') == Feedback("p", reward=0)
    assert parse_feedback(b'{"puid":"p","truth":false,"reward":null}') == Feedback("p", truth=False)


@pytest.mark.parametrize(
    ("value", "loc"),
    [
        ({"reward": 1}, "puid"),
        ({"puid": "", "reward": 1}, "puid"),
        ({"puid": "x" * 129, "reward": 1}, "puid"),
        ({"puid": "a\nb", "reward": 1}, "puid"),
        ({"puid": 17, "reward": 1}, "puid"),
        ({"puid": "p"}, "reward"),
        ({"puid": "p", "reward": True}, "reward"),
        ({"puid": "p", "reward": "1"}, "reward"),
        ({"puid": "p", "truth": ["a"]}, "truth"),
        ({"puid": "p", "truth": {"a": 1}}, "truth"),
        ({"puid": "p", "truth": "é" * 513}, "truth"),
        ({"puid": "p", "reward": 1, "rewrad": 1}, "rewrad"),
        ({"puid": "p", "reward": 1, "client": "other"}, "client"),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_its_field(value: dict[str, Any], loc: str) -> None:
    assert refused(**value) == [(loc,)]


def test_every_offending_field_is_named() -> None:
    assert refused(puid=1, reward="good", truth=[]) == [("puid",), ("reward",), ("truth",)]


@pytest.mark.parametrize("text", ["[]", "1", '"p"', "null"])
def test_a_body_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(AuguryError) as refusal:
        parse_feedback(text.encode())
    assert refusal.value.kind is Kind.INVALID_REQUEST


@pytest.mark.parametrize("text", ['{"puid":"p","reward":NaN}', '{"puid":"p","reward":1e999}', '{"puid":"p"', ""])
def test_a_body_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(AuguryError) as refusal:
        parse_feedback(text.encode())
    assert refusal.value.status == 400


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(AuguryError) as refusal:
        parse_feedback(b" " * (MAX_FEEDBACK_BYTES + 1))
    assert refusal.value.kind is Kind.BODY_TOO_LARGE


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(
        lambda value: json.dumps({"puid": "p", "truth": value}).encode()
    )
)
def test_any_body_is_taken_or_refused_with_a_word_on_it(body: bytes) -> None:
    with suppress(AuguryError):  # any other error would be answered as a fault of ours
        told = parse_feedback(body)
        assert told.reward is None or math.isfinite(told.reward)
