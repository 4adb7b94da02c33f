"""Callers' clocks that are off."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from augury.errors import AuguryError, Kind
from augury.events import TOLERATED_SKEW_S, Stamp, parse_sent_at
from augury.names import ClientName

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NOW_S = int(AT.timestamp())


def store(value: dict[str, Any], behind_s: float) -> dict[str, Any]:
    stamp = Stamp(ClientName("acme"), AT, AT - timedelta(seconds=behind_s))
    stored: dict[str, Any] = json.loads(stamp.stored(value))
    return stored


@pytest.mark.parametrize("behind_s", [0, 59, TOLERATED_SKEW_S, -TOLERATED_SKEW_S])
def test_a_clock_that_is_near_enough_is_believed(behind_s: float) -> None:
    stored = store({"timestamp": NOW_S - 100}, behind_s)
    assert stored["timestamp"] == NOW_S - 100
    assert "client_timestamp" not in stored


@pytest.mark.parametrize("behind_s", [61, 3600, -3600, 86_400 * 365])
def test_a_clock_that_is_off_is_corrected_and_what_it_said_is_kept(behind_s: int) -> None:
    its_time = NOW_S - 100 - behind_s
    stored = store({"timestamp": its_time}, behind_s)
    assert (stored["timestamp"], stored["client_timestamp"]) == (NOW_S - 100, its_time)
    assert isinstance(stored["timestamp"], int)


def test_fractions_of_a_second_are_kept_to_the_millisecond() -> None:
    assert store({"timestamp": NOW_S - 3600.25}, 3600.5)["timestamp"] == NOW_S + 0.25


def test_an_event_without_a_timestamp_needs_no_correction() -> None:
    stored = store({}, 3600)
    assert stored["timestamp"] == NOW_S
    assert "client_timestamp" not in stored


def test_a_client_timestamp_of_the_callers_own_is_never_overwritten() -> None:
    value = {"timestamp": 5, "client_timestamp": "mine"}
    assert store(value, 3600).items() >= value.items()


@example(2**63 - 1)
@example(1.7e308)
@given(st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_no_timestamp_breaks_the_correction(timestamp: float) -> None:
    try:
        stored = store({"timestamp": timestamp}, 3600)
    except AuguryError as refused:
        stored = {"client_timestamp": timestamp} if refused.kind is Kind.INVALID_TIMESTAMP else {}
    assert stored["client_timestamp"] == timestamp


@pytest.mark.parametrize("text", ["1795426200", "1795426200.0", "2026-11-23T09:30:00Z", "2026-11-23T10:30:00+01:00"])
def test_a_time_of_sending_is_read_in_seconds_or_as_rfc_3339(text: str) -> None:
    assert parse_sent_at(text) == AT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1795426200000",
        "-1",
        "NaN",
        "inf",
        "1e400",
        "2026-11-23T09:30:00",
        "2026-11-23",
        "٣",
        "1_0",
        "0x1",
    ],
)
def test_any_other_time_of_sending_is_refused_by_name(text: str) -> None:
    with pytest.raises(AuguryError) as refused:
        parse_sent_at(text)
    assert (refused.value.kind, refused.value.details[0].loc) == (Kind.INVALID_REQUEST, ("sent_at",))


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_time(text: str) -> None:
    with suppress(AuguryError):
        assert parse_sent_at(text).tzinfo is not None
