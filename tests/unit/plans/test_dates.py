"""How a date is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.plans.dates import wall_time

ROME = ZoneInfo("Europe/Rome")


def wall(value: Any, **parameters: Any) -> str | None:
    found = wall_time(value, **parameters)
    return None if found is None else found.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("2026-03-01T10:20", "2026-03-01T10:20:00"),
        ("2026-03-01 10:20:30", "2026-03-01T10:20:30"),
        ("2026-03-01t10:20:30z", "2026-03-01T10:20:30"),
        ("2026-03-01T10:20:30.5Z", "2026-03-01T10:20:30.500000"),
        ("2026-03-01T10:20:30.123456789Z", "2026-03-01T10:20:30.123456"),
        ("2026-03-01T10:20:30+05:30", "2026-03-01T04:50:30"),
        ("2026-03-01T10:20:30-0330", "2026-03-01T13:50:30"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"),
    ],
)
def test_iso_dates_and_times_are_read_in_utc(text: str, expected: str) -> None:
    assert wall(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2026-02-29",
        "2026-13-01",
        "2026-3-1",
        "20260301",
        "2026-W09-1",
        "2026-03-01T",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:20:60Z",
        "2026-03-01T10:20:30 Z",
        " 2026-03-01",
        "2026-03-01\n",
        "٢٠٢٦-03-01",
        "0000-01-01",
        "0001-01-01T00:00:00+01:00",
        "1772323200",
        None,
        True,
        float("nan"),
        1e300,
        10**400,
        ["2026-03-01"],
        {},
    ],
)
def test_everything_else_is_no_date(value: Any) -> None:
    assert wall(value) is None


def test_a_number_is_seconds_since_1970_in_utc() -> None:
    assert wall(1_772_323_200) == wall(1_772_323_200.0) == "2026-03-01T00:00:00"
    assert wall(-0.5) == "1969-12-31T23:59:59.500000"
    assert wall(1_772_323_200, zone=ROME) == "2026-03-01T01:00:00"


def test_a_time_with_an_offset_is_shown_on_the_clock_of_the_time_zone() -> None:
    assert wall("2026-01-31T23:30:00Z", zone=ROME) == "2026-02-01T00:30:00"
    assert wall("2026-07-31T22:30:00Z", zone=ROME) == "2026-08-01T00:30:00"


@pytest.mark.parametrize("text", ["2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-06-01T12:00:00"])
def test_a_time_without_an_offset_is_what_the_clock_shows_even_where_it_jumps(text: str) -> None:
    assert wall(text, zone=ROME) == text


def test_further_formats_are_tried_in_their_order_after_iso() -> None:
    formats = ["%d/%m/%Y", "%m/%d/%Y %H:%M", "%Y-%d-%m"]
    assert wall("01/02/2026", formats=formats) == "2026-02-01T00:00:00"
    assert wall("01/02/2026 10:30", formats=formats) == "2026-01-02T10:30:00"
    assert wall("2026-03-01", formats=formats) == "2026-03-01T00:00:00"
    assert wall("2026-13-01", formats=formats) == "2026-01-13T00:00:00"
    assert wall("2026", formats=formats) is None
    assert wall("01/02/2026 +0200", formats=["%d/%m/%Y %z"]) == "2026-01-31T22:00:00"


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))
def test_the_same_moment_is_the_same_however_it_is_written(moment: datetime, offset_min: int) -> None:
    try:
        elsewhere = (moment + timedelta(minutes=offset_min)).replace(tzinfo=None)
    except OverflowError:
        return
    sign, minutes = "-" if offset_min < 0 else "+", abs(offset_min)
    text = f"{elsewhere.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    assert wall_time(text) == wall_time(moment.isoformat()) == moment.replace(tzinfo=None)
