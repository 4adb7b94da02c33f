"""Duplicates and conflicts among stored events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.events import distinct_events, stored_event
from augury.names import ClientName

ACME = ClientName("acme")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON_S = int(NOON.timestamp())
ID = "order-2026-000017"


def stored(event: dict[str, Any], after_s: float = 0, event_id: str = ID) -> dict[str, Any]:
    line = stored_event({"event_id": event_id, **event}, ACME, NOON + timedelta(seconds=after_s))
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.mark.parametrize(
    "event", [{"n": 1}, {"n": 1, "timestamp": 5}, {"n": 1, "timestamp": NOON_S}, {"n": 1, "timestamp": NOON_S + 0.5}]
)
def test_a_retry_repeats_the_event_whenever_it_comes(event: dict[str, Any]) -> None:
    tries = [stored(event, after_s) for after_s in (0, 0.2, 3, 90_000)]
    assert distinct_events(tries) == tries[:1]


def test_the_order_of_fields_is_no_content() -> None:
    assert len(distinct_events([stored({"a": 1, "b": {"c": 2, "d": 3}}), stored({"b": {"d": 3, "c": 2}, "a": 1})])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"n": 1}, {"n": 2}),
        ({"n": 1}, {"n": "1"}),
        ({"n": 1}, {"n": 1.0}),
        ({"n": 1}, {"n": True}),
        ({"n": None}, {}),
        ({"n": None}, {"n": "None"}),
        ({"n": None}, {"n": "nan"}),
        ({"n": [1]}, {"n": "[1]"}),
        ({"n": 2**53}, {"n": 2**53 + 1}),
        ({"timestamp": 5}, {"timestamp": 6}),
        ({"timestamp": 5}, {}),
        ({"timestamp": NOON_S}, {"timestamp": NOON_S + 7}),
    ],
)
def test_one_id_with_two_contents_is_a_conflict_and_both_are_kept(one: dict[str, Any], other: dict[str, Any]) -> None:
    events = [stored(one), stored(other, after_s=2)]
    assert distinct_events(events) == events


def test_a_timestamp_that_came_at_another_second_too_is_the_callers() -> None:
    of_caller, retry, of_server = stored({"timestamp": NOON_S}), stored({"timestamp": NOON_S}, 9), stored({}, 4)
    assert distinct_events([of_caller, retry, of_server]) == [of_caller, of_server]


def test_a_corrected_clock_makes_no_other_event() -> None:
    once = stored({"timestamp": 5})
    corrected = {**stored({"timestamp": 5}, 100), "timestamp": 105, "client_timestamp": 5}
    again = {**corrected, "timestamp": 110}
    assert distinct_events([corrected, once, again]) == [corrected]


def test_events_without_an_id_repeat_none() -> None:
    events: list[dict[str, Any]] = [{"n": 1}, {"n": 1}, {"n": 1, "_event_id": None}]
    assert distinct_events(events) == events


@pytest.mark.parametrize("odd", [{"_received_at": 7}, {"_received_at": "noon"}, {"timestamp": "5"}, {"_event_id": [1]}])
def test_historical_drops_may_hold_anything(odd: dict[str, Any]) -> None:
    event: dict[str, Any] = {
        "n": 1,
        "_event_id": "a",
        "_received_at": "2026-11-23T12:00:00Z",
        "timestamp": NOON_S,
    } | odd
    assert distinct_events([event, dict(event)]) == [event]


CONTENTS = st.fixed_dictionaries(
    {}, optional={"n": st.sampled_from([1, 1.0, "1", None]), "timestamp": st.sampled_from([5, NOON_S, NOON_S + 3])}
)


@given(st.lists(st.tuples(CONTENTS, st.sampled_from([0, 3, 60])), max_size=8), st.randoms())
def test_how_many_remain_does_not_depend_on_their_order(sent: list[tuple[dict[str, Any], int]], random: Any) -> None:
    events = [stored(content, after_s) for content, after_s in sent]
    shuffled = random.sample(events, len(events))
    assert len(distinct_events(shuffled)) == len(distinct_events(events))
