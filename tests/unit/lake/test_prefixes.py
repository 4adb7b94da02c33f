"""Prefixes of the events stream: what is taken is found again, and what would not be is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import EVENTS_ERROR_PREFIX, EventsPrefix, UnreadablePrefix, is_raw_events, raw_events_hour
from augury.local.prefix import parse_prefixes

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOURLY = "!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/"
TEXTS = st.text("ab0._=/-", max_size=5)


def test_the_default_is_that_of_the_layout() -> None:
    assert EventsPrefix().hour(NINE) == raw_events_hour(NINE)


@given(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 4_000_000_000))
def test_a_prefix_that_is_taken_is_what_firehose_evaluates_and_the_split_reads(
    a: str, b: str, c: str, d: str, e: str, at: int
) -> None:
    text = f"logs/events.{a}!{{timestamp:yyyy}}{b}!{{timestamp:MM}}{c}!{{timestamp:dd}}{d}!{{timestamp:HH}}{e}/"
    if "//" in text:
        with pytest.raises(UnreadablePrefix):
            EventsPrefix(text)
        return
    moment = datetime.fromtimestamp(at, UTC)
    firehose, _ = parse_prefixes(text, EVENTS_ERROR_PREFIX)
    assert EventsPrefix(text).hour(moment) == firehose.evaluate(moment)
    assert is_raw_events(firehose.evaluate(moment) + "object.gz")


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "must start with"),
        ("raw/" + HOURLY, "must start with 'logs/events.'"),
        ("logs/events.", "must hold"),
        ("logs/events." + HOURLY.replace("!{timestamp:HH}/", ""), "must hold"),
        ("logs/events.!{timestamp:HH}/!{timestamp:dd}/!{timestamp:MM}/!{timestamp:yyyy}/", "must hold"),
        ("logs/events.!{timestamp:YYYY}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/", "must hold"),
        ("logs/events.!{firehose:random-string}/" + HOURLY, "must hold"),
        ("logs/events.../" + HOURLY + "!{", "may hold"),
        ("logs/events./" + HOURLY + "/", "no empty folder"),
        ("logs/events.ü" + HOURLY, "may hold"),
        ("logs/events." + "x" * 600 + HOURLY, "512 characters"),
        ("logs/events." + HOURLY.removesuffix("/"), "must end with a slash"),
    ],
)
def test_a_prefix_that_would_lose_events_is_refused_with_its_rule(expression: str, said: str) -> None:
    with pytest.raises(UnreadablePrefix, match=said):
        EventsPrefix(expression)
