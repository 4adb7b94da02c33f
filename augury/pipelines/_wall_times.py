"""A column of dates as wall times, and their parts."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from augury.pipelines._coded import Coded, coded, function_of
from augury.pipelines._columns import Column, Numbers
from augury.plans import MISSING, Date
from augury.plans.steps.date_difference import DAY_US
from augury.plans.steps.date_parts import CYCLES, DateParts, part_names, year_name

type WallTimes = NDArray[np.datetime64]
"""To the microsecond, without a time zone; NaT where there is no date."""

_FIRST, _LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")


def holds_dates(column: Column) -> bool:
    """Whether a column's type says that its values are dates."""
    if column.dtype == object:
        return types.infer_dtype(column, skipna=True) in ("datetime", "datetime64", "date")
    return types.is_datetime64_any_dtype(column.dtype)


def wall_times_of(column: Column, step: Date) -> WallTimes:
    """Return a column's dates as the step reads them."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) and step.zone() is UTC:
        return wall_times_of(column.dt.tz_convert(None), step)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        times = column.to_numpy().astype("datetime64[us]")
        return np.where((times >= _FIRST) & (times <= _LAST), times, np.datetime64("NaT", "us"))
    values = coded(column)
    return np.array([*map(function_of(step), values.values), None], dtype="datetime64[us]")[values.codes]


def columns_of_parts(times: WallTimes, step: DateParts) -> dict[str, Any]:
    """Return the columns that the step writes, by name."""
    columns: dict[str, Any] = {}
    for part in step.parts:
        columns |= dict(zip(part_names(step.field, part), _PARTS[part](times), strict=True))
    return columns


def days_between(first: WallTimes, second: WallTimes) -> Numbers:
    """Return the days from the second times to the first, NaN where one is missing."""
    missing = np.isnat(first) | np.isnat(second)
    time = np.where(missing, 0, (first - second).astype(np.int64))
    days = time // DAY_US
    # As the step does: the sum is rounded once.
    return np.where(missing, MISSING, days + (time - days * DAY_US) / DAY_US)


def _cycle(part: str, numbers: NDArray[np.int64], missing: NDArray[np.bool_]) -> list[Any]:
    cycle = CYCLES[part]
    values = [cycle.values(number) for number in range(cycle.length + 1)]
    at = Coded(np.where(missing, -1, numbers), list(range(len(values))))
    names, sines, cosines = zip(*values, cycle.values(None), strict=True)
    return [
        at.texts(lambda number: names[-1 if number is None else number]),
        *(np.array(c)[at.codes] for c in (sines, cosines)),
    ]


def _hours(times: WallTimes) -> list[Any]:
    return _cycle("hour", _since(times, "D", "h"), np.isnat(times))


def _months(times: WallTimes) -> list[Any]:
    return _cycle("month", _since(times, "Y", "M") + 1, np.isnat(times))


def _days_of_the_week(times: WallTimes) -> list[Any]:
    # Day 0 of numpy's calendar, 1970-01-01, was a Thursday.
    return _cycle("day_of_week", (times.astype("datetime64[D]").astype(np.int64) + 3) % 7, np.isnat(times))


def _years(times: WallTimes) -> list[Any]:
    years = times.astype("datetime64[Y]").astype(np.int64) + 1970
    codes, distinct = pd.factorize(years)
    return [Coded(np.where(np.isnat(times), -1, codes), distinct.tolist()).texts(year_name)]


def _since(times: WallTimes, outer: str, inner: str) -> NDArray[np.int64]:
    """Return how many whole inner units of time have gone by in the outer one."""
    begun = times.astype(f"datetime64[{outer}]").astype(f"datetime64[{inner}]")
    return np.asarray(times.astype(f"datetime64[{inner}]") - begun).astype(np.int64)


_PARTS = {"hour": _hours, "month": _months, "day_of_week": _days_of_the_week, "year": _years}
