"""Dates in AutoTransform."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augury.pipelines import AutoTransform
from augury.pipelines._columns import python_values
from augury.pipelines._wall_times import days_between, wall_times_of
from augury.plans import Date, Plan
from augury.plans.dates import wall_time

TEXTS = ["2015-11-04T08:00:00Z", "2026-07-31T23:30:00Z", "2026-02-01", None]


def auto(values: Any, **parameters: Any) -> pd.DataFrame:
    frame = pd.DataFrame({"at": values})
    return AutoTransform(date_cols=["at"], **parameters).fit(frame).transform(frame)


def test_a_date_becomes_its_parts_and_is_left_out_itself() -> None:
    made = auto(TEXTS)
    assert made.columns.tolist() == [
        *("at_hour", "at_h1", "at_h2"),
        *("at_month", "at_m1", "at_m2"),
        *("at_w", "at_w1", "at_w2"),
        "at_year",
    ]
    assert made["at_hour"].tolist() == ["h8", "h23", "h0", "hnan"]
    assert made["at_month"].tolist() == ["m11", "m7", "m2", "mnan"]
    assert made["at_w"].tolist() == ["w2", "w4", "w6", "wnan"]
    assert made["at_year"].tolist() == ["y2015", "y2026", "y2026", "ynan"]


def test_parts_that_come_round_again_are_points_on_a_circle() -> None:
    (first, *_, missing) = auto(TEXTS).to_dict("records")
    for one, other, turn in (("at_h1", "at_h2", 8 / 24), ("at_m1", "at_m2", 11 / 12), ("at_w1", "at_w2", 2 / 7)):
        assert (first[one], first[other]) == pytest.approx((math.sin(2 * math.pi * turn), math.cos(2 * math.pi * turn)))
        assert math.isnan(missing[one])
        assert math.isnan(missing[other])


def test_the_parts_can_be_chosen() -> None:
    assert auto(TEXTS, date_transforms=[False, False, True, False]).columns.tolist() == ["at_w", "at_w1", "at_w2"]
    assert auto(TEXTS, date_transforms=[False] * 4).columns.tolist() == []


def test_parts_are_those_on_the_clock_of_the_time_zone() -> None:
    made = auto(TEXTS, time_zone="Asia/Tokyo")
    assert made["at_hour"].tolist() == ["h17", "h8", "h0", "hnan"]
    assert made["at_month"].tolist() == ["m11", "m8", "m2", "mnan"]


def test_text_in_other_formats_is_read_if_they_are_given_and_missing_if_not() -> None:
    values = ["04.11.2015 08:00", "2026-07-31", "sometime"]
    assert auto(values)["at_year"].tolist() == ["ynan", "y2026", "ynan"]
    assert auto(values, custom_date_formats=["%d.%m.%Y %H:%M"])["at_year"].tolist() == ["y2015", "y2026", "ynan"]


def test_epoch_seconds_are_dates() -> None:
    assert auto([1_446_624_000, 1_772_323_200.5])["at_hour"].tolist() == ["h8", "h0"]


def test_a_column_of_pandas_or_python_dates_is_found_by_its_type() -> None:
    for values in (
        pd.to_datetime(pd.Series(TEXTS), format="ISO8601", utc=True),
        [datetime(2015, 11, 4, tzinfo=UTC), datetime(2026, 7, 31, tzinfo=UTC), None, None],
    ):
        frame = pd.DataFrame({"at": values})
        assert AutoTransform().fit_transform(frame)["at_year"].tolist()[:2] == ["y2015", "y2026"]
    objects = pd.Series([date(2015, 11, 4), None], dtype=object)
    assert AutoTransform().fit_transform(pd.DataFrame({"at": objects}))["at_year"].tolist() == ["y2015", "ynan"]


def test_a_fitted_column_of_dates_reads_the_text_that_a_record_brings() -> None:
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-01T10:00", "2026-01-02T11:00"])})
    plan = Plan(AutoTransform().fit(frame).to_plan(), ["at_h1"])
    assert plan.vector({"at": "2026-05-05T06:00:00"}) == [1.0]
    assert math.isnan(plan.vector({"at": "soon"})[0])


def test_a_column_of_dates_can_be_forced_to_be_categorical() -> None:
    made = auto(TEXTS, force_categorical=["at"])
    assert made["at"].tolist() == [*(str(text).lower() for text in TEXTS[:3]), "UKN"]


@pytest.mark.parametrize("values", [["2026-01-01"] * 3, ["no", "date", "here"], [None] * 3])
def test_a_column_with_one_date_or_none_is_dropped_unless_told_otherwise(values: list[Any]) -> None:
    assert auto(values).columns.tolist() == []
    assert len(auto(values, drop_constant_features=False).columns) == 10


def test_a_column_in_which_too_many_dates_are_missing_is_dropped() -> None:
    frame = pd.DataFrame({"at": ["2026-01-01", "bad", None, "2026-01-02"]})
    assert AutoTransform(date_cols=["at"], nan_threshold=0.4).fit(frame).dropped_ == {"at": "2 of 4 values are missing"}


def test_differences_are_days_standardised_by_their_own_moments() -> None:
    frame = pd.DataFrame(
        {
            "price": [1e6, 2e6, 3e6, 9e6],
            "end": ["2026-01-08", "2026-01-20T12:00:00Z", None, "2026-01-03"],
            "start": ["2026-01-01"] * 3 + ["2026-01-02"],
        }
    )
    transform = AutoTransform(date_cols=["start", "end"], create_date_differences=True)
    found = transform.fit_transform(frame)["end_start"]
    days = np.array([7.0, 19.5, 1.0])
    expected = (days - days.mean()) / days.std()
    assert found.iloc[[0, 1, 3]].tolist() == pytest.approx(expected.tolist())
    assert found[2] == 0.0
    plan = Plan(transform.to_plan(), ["end_start"])
    assert plan.vector({"end": "2026-01-08", "start": "2026-01-01"}) == [found[0]]
    assert plan.vector({"start": "2026-01-01"}) == [0.0]


def test_differences_need_no_number_and_no_part() -> None:
    frame = pd.DataFrame(
        {"a": ["2026-01-08", "2026-01-20"], "b": ["2026-01-01", "2026-01-02"], "c": ["2026-02-01"] * 2}
    )
    made = AutoTransform(
        date_cols=["a", "b", "c"],
        create_date_differences=True,
        date_transforms=[False] * 4,
        drop_constant_features=False,
    ).fit_transform(frame)
    assert made.columns.tolist() == ["a_b", "a_c", "b_c"]


def test_a_part_that_would_replace_a_column_is_refused() -> None:
    frame = pd.DataFrame({"at": TEXTS, "at_hour": [1, 2, 3, 4]})
    with pytest.raises(ValueError, match="'at_hour', as another column is"):
        AutoTransform(date_cols=["at"]).fit(frame)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"date_transforms": [True]}, "date_transforms must be 4 booleans"),
        ({"custom_date_formats": ["%d.%m."]}, "'%d.%m.' has no year"),
        ({"custom_date_formats": ["%Y-%Q"]}, "'%Y-%Q' is no format that strptime reads"),
        ({"custom_date_formats": ["%Y %Y"]}, "'%Y %Y' is no format that strptime reads"),
        ({"time_zone": "Mars/Base"}, "time zone 'Mars/Base' is unknown"),
    ],
)
def test_a_parameter_that_does_not_do_is_named(parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        auto(TEXTS, **parameters)


zones = st.sampled_from([None, "Europe/Rome", "America/St_Johns", "Pacific/Apia"])


@settings(max_examples=100, deadline=None)
@given(
    moments=st.lists(st.none() | st.datetimes().filter(lambda moment: 1678 <= moment.year <= 2261), min_size=1),
    zone=zones,
)
@pytest.mark.parametrize(
    "dtype", ["datetime64[ns]", "datetime64[us]", "datetime64[us, UTC]", "datetime64[us, Asia/Tokyo]"]
)
def test_a_column_of_dates_has_the_wall_times_of_its_texts(
    dtype: Any, moments: list[datetime | None], zone: str | None
) -> None:
    column = pd.Series(moments, dtype="datetime64[us]").astype("datetime64[ns]")
    column = column.dt.tz_localize("UTC").astype(dtype) if "," in dtype else column.astype(dtype)
    step = Date(field="at", output="at", time_zone=zone)
    expected = [wall_time(text, step.zone()) for text in python_values(column)]
    assert [None if pd.isna(time) else time for time in wall_times_of(column, step).tolist()] == expected


@given(st.lists(st.tuples(st.datetimes(), st.datetimes()), min_size=1, max_size=20))
def test_days_between_dates_are_those_of_the_plan_bit_for_bit(pairs: list[tuple[datetime, datetime]]) -> None:
    first, second = (np.array(moments, dtype="datetime64[us]") for moments in zip(*pairs, strict=True))
    frame = pd.DataFrame({"a": [one.isoformat() for one, _ in pairs], "b": [other.isoformat() for _, other in pairs]})
    transform = AutoTransform(
        date_cols=["a", "b"], create_date_differences=True, drop_constant_features=False, drop_duplicate_cols=False
    )
    difference, _ = transform.fit(frame).differences_["a_b"]
    for one, other, days in zip(frame["a"], frame["b"], days_between(first, second).tolist(), strict=True):
        slots = [wall_time(one), wall_time(other), None]
        difference.bind((0, 1), (2,))(slots)
        assert slots[2] == days
