from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.lake import layout
from augury.local.prefix import InvalidPrefix, Prefix, parse_prefixes

ARRIVED = datetime(2026, 1, 9, 5, 7, 3, tzinfo=UTC)

moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
literal_text = st.text(st.characters(codec="utf-8", exclude_characters="!{}"), max_size=20)


@pytest.mark.parametrize(
    ("expression", "evaluated"),
    [
        (
            "logs/events.!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/",
            "logs/events.2026/01/09/05/",
        ),
        ("!{timestamp:yyyy/MM/dd/HH/mm/ss}", "2026/01/09/05/07/03"),
        ("!{timestamp:yyyy'-'MM'-'dd}/", "2026-01-09/"),
        ("!{timestamp:'year='yyyy', o''clock='HH}/", "year=2026, o'clock=05/"),
        ("!{timestamp:''yy''}", "'26'"),
        ("!{timestamp:DDD}", "009"),
        ("!{timestamp:'%Y'}%Y", "%Y%Y"),
        ("plain", "plain"),
    ],
)
def test_an_expression_is_evaluated_as_java_would(expression: str, evaluated: str) -> None:
    assert Prefix(expression).evaluate(ARRIVED) == evaluated


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_every_moment_is_evaluated_in_utc(moment: datetime, offset_minutes: int) -> None:
    elsewhere = moment.astimezone(timezone(timedelta(minutes=offset_minutes)))

    assert Prefix(layout.EVENTS_PREFIX).evaluate(elsewhere) == layout.raw_events_hour(moment)


@given(literal_text, literal_text, moments)
def test_text_around_expressions_is_kept_as_it_is(before: str, after: str, moment: datetime) -> None:
    evaluated = Prefix(f"{before}!{{timestamp:yyyy}}{after}").evaluate(moment)

    assert evaluated == f"{before}{moment.year}{after}"


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=20), moments)
def test_quoted_text_in_a_date_pattern_is_kept_as_it_is(text: str, moment: datetime) -> None:
    quoted = text.replace("'", "''")

    assert Prefix(f"!{{timestamp:'{quoted}'}}").evaluate(moment) == text


def test_a_random_string_has_eleven_characters_and_differs_at_every_use() -> None:
    first, second = Prefix("!{firehose:random-string}/!{firehose:random-string}").evaluate(ARRIVED).split("/")

    assert re.fullmatch("[A-Za-z0-9]{11}", first)
    assert first != second


@pytest.mark.parametrize(
    "expression",
    [
        "!{timestamp:YYYY}/",
        "!{timestamp:yyyyy}",
        "!{timestamp:'open}",
        "!{timestamp:[yyyy]}",
        "!{timestamp:}",
        "!{firehose:error-output-type}/",
        "!{firehose:region}",
        "!{partitionKeyFromQuery:client}/",
        "!{timestamp:yyyy",
        "!{}",
    ],
)
def test_what_cannot_be_evaluated_is_refused_rather_than_kept_literally(expression: str) -> None:
    with pytest.raises(InvalidPrefix):
        Prefix(expression)


def test_the_error_prefix_names_the_kind_of_error() -> None:
    _, error_prefix = parse_prefixes(layout.EVENTS_PREFIX, layout.EVENTS_ERROR_PREFIX)

    assert (
        error_prefix.evaluate(ARRIVED, "processing-failed") == "failed/firehose/processing-failed/events.2026/01/09/05/"
    )


@pytest.mark.parametrize(
    ("prefix", "evaluated"), [(None, "2026/01/09/05/"), ("", "2026/01/09/05/"), ("raw-", "raw-2026/01/09/05/")]
)
def test_the_hour_is_appended_to_a_prefix_without_one(prefix: str | None, evaluated: str) -> None:
    parsed, error_prefix = parse_prefixes(prefix, None)

    assert parsed.evaluate(ARRIVED) == evaluated
    assert error_prefix.evaluate(ARRIVED, "x") == f"{prefix or ''}x/2026/01/09/05/"


def test_an_expression_prefix_without_an_error_prefix_is_refused() -> None:
    with pytest.raises(
        InvalidPrefix, match="ErrorOutputPrefix cannot be null or empty when Prefix contains expressions"
    ):
        parse_prefixes("!{timestamp:yyyy}/", None)


def test_an_error_prefix_with_expressions_must_name_the_kind_of_error() -> None:
    with pytest.raises(InvalidPrefix, match="error-output-type"):
        parse_prefixes("!{timestamp:yyyy}/", "failed/!{timestamp:yyyy}/")


def test_prefixes_with_one_text_are_equal() -> None:
    assert len({Prefix("a/!{timestamp:yyyy}"), Prefix("a/!{timestamp:yyyy}"), Prefix("b/")}) == 2
