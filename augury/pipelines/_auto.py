"""Every column to what an estimator can use, by what its values look like."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from augury.pipelines._auto_columns import ColumnRules, Dropped, flags_of
from augury.pipelines._auto_steps import applied, moments, scaled
from augury.pipelines._coded import coded
from augury.pipelines._columns import Column, absent, column_is_numeric, numbers_of
from augury.pipelines._duplicates import duplicates
from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.pipelines._wall_times import WallTimes, columns_of_parts, days_between, wall_times_of
from augury.plans import (
    AnyStep,
    Blank,
    Date,
    DateDifference,
    DateParts,
    Scalar,
    Scale,
    among,
    number_of,
)
from augury.plans.dates import is_format
from augury.plans.steps.date_parts import Part

BOOL_MAP: Mapping[str, float] = {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0, "1.0": 1, "0.0": 0}
"""What text, number or boolean counts as true and as false, unless told otherwise."""

DATE_PARTS: tuple[Part, ...] = ("hour", "month", "day_of_week", "year")
"""What ``date_transforms`` chooses from, in its order."""


class AutoTransform(FrameTransform):
    """Scale numbers, map booleans, name categories, take dates apart and drop what carries no information.

    A column is, in this order: dropped; categorical if ``force_categorical`` names it; a date if ``date_cols`` names it
    or its type is one of dates; boolean if all its values are in ``bool_map``; a number, or categorical if it is a
    number with few distinct values; else categorical. Null and ``""`` are missing values in all of them:

    ============ ============================================================== ============ ==============
    kind         result                                                         missing      unseen
    ============ ============================================================== ============ ==============
    number       standardised to mean 0 and standard deviation 1                0.0          0.0
    boolean      1.0 or 0.0                                                     NaN          NaN
    categorical  text, in lower case with ``_`` for spaces; ``column_value``    the missing  null
                 where the value is a number                                    category
    date         in the column's place its parts: ``column_hour`` as ``h8``     ``hnan`` and as missing
                 with ``column_h1`` and ``column_h2``, sine and cosine of its   NaN
                 place in the cycle; ``column_month`` (``m11``, ``m1``,
                 ``m2``), ``column_w`` (``w0`` is Monday, ``w1``, ``w2``) and
                 ``column_year`` (``y2015``)
    ============ ============================================================== ============ ==============

    Columns that were not there in ``fit`` are left out; those that are missing in ``transform`` count as null.

    Parameters
    ----------
    exclude : collection of str, default ()
        Columns that pass untouched, such as the target. None of them is ever dropped.
    include : collection of str, optional
        The only columns to transform; the others pass untouched. All but the excluded ones by default.
    max_values_numeric_categorical : int, default 0
        A number with at most so many distinct values, null being one, is categorical.
    date_cols : collection of str, default ()
        Columns of dates, as :func:`augury.plans.dates.wall_time` reads them: RFC 3339, ISO 8601 or epoch seconds.
    custom_date_formats : collection of str, optional
        :meth:`~datetime.datetime.strptime` formats, with a year, of text that is not as above.
    ignore_vals : collection of scalar, optional
        Values that count as missing, everywhere.
    force_categorical : collection of str, default ()
        Columns that are categorical whatever their values.
    min_cat_percent, max_cat_percent : float, default 0.0 and 1.0
        Fractions of all rows between which a value is frequent enough, and rare enough, to be a category.
    bool_map : mapping of str to number, optional
        Lower-case texts and what they stand for; :data:`BOOL_MAP` by default.
    cat_missing_val : str, default "UKN"
        Name of the category of missing values.
    date_transforms : sequence of bool, default (True, True, True, True)
        Whether to make hour, month, day of the week and year of a date.
    create_date_differences : bool, default False
        Whether to make, behind the other columns, ``first_second`` for each pair of dates: the days between them,
        standardised as numbers are.
    time_zone : str, optional
        IANA name of the time zone whose clock dates are read from; UTC by default. Dates without an offset are taken to
        be in it.
    nan_threshold : float, optional
        Drop a column if a larger fraction of it is missing. By default none is dropped for that.
    drop_constant_features : bool, default True
        Drop a column that has one value, null being one, in every row.
    drop_duplicate_cols : bool, default True
        Drop a column that equals an earlier one in type and in every value.
    min_max_limit : bool, default False
        Hold numbers to the range that they had in ``fit``.

    Attributes
    ----------
    columns_ : dict of str to plan step
        What is done to each transformed column.
    differences_ : dict of str to tuple of plan steps
        What makes each difference of dates, and what standardises it.
    dropped_ : dict of str to str
        Why each dropped column was dropped.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20, 40], "city": ["New York", "Rome"], "paid": ["yes", "no"], "v": [1, 1]})
    >>> AutoTransform().fit_transform(frame)
       age      city  paid
    0 -1.0  new_york   1.0
    1  1.0      rome   0.0
    >>> frame = pd.DataFrame({"at": ["2026-01-05T23:30:00Z", "2026-07-06T06:00:00Z"]})
    >>> dates = AutoTransform(date_cols=["at"], date_transforms=[True, False, True, False], time_zone="Europe/Rome")
    >>> dates.fit_transform(frame).round(2)
      at_hour  at_h1  at_h2 at_w  at_w1  at_w2
    0      h0   0.00    1.0   w1   0.78   0.62
    1      h8   0.87   -0.5   w0   0.00   1.00
    """

    def __init__(
        self,
        *,
        exclude: Collection[str] = (),
        include: Collection[str] | None = None,
        max_values_numeric_categorical: int = 0,
        date_cols: Collection[str] = (),
        custom_date_formats: Collection[str] | None = None,
        ignore_vals: Collection[Scalar] | None = None,
        force_categorical: Collection[str] = (),
        min_cat_percent: float = 0.0,
        max_cat_percent: float = 1.0,
        bool_map: Mapping[str, float] | None = None,
        cat_missing_val: str = "UKN",
        date_transforms: Sequence[bool] = (True, True, True, True),
        create_date_differences: bool = False,
        time_zone: str | None = None,
        nan_threshold: float | None = None,
        drop_constant_features: bool = True,
        drop_duplicate_cols: bool = True,
        min_max_limit: bool = False,
    ) -> None:
        self.exclude = exclude
        self.include = include
        self.max_values_numeric_categorical = max_values_numeric_categorical
        self.date_cols = date_cols
        self.custom_date_formats = custom_date_formats
        self.ignore_vals = ignore_vals
        self.force_categorical = force_categorical
        self.min_cat_percent = min_cat_percent
        self.max_cat_percent = max_cat_percent
        self.bool_map = bool_map
        self.cat_missing_val = cat_missing_val
        self.date_transforms = date_transforms
        self.create_date_differences = create_date_differences
        self.time_zone = time_zone
        self.nan_threshold = nan_threshold
        self.drop_constant_features = drop_constant_features
        self.drop_duplicate_cols = drop_duplicate_cols
        self.min_max_limit = min_max_limit

    def _fit(self, frame: pd.DataFrame) -> None:
        self._check_parameters()
        rules = self._rules()
        self.columns_: dict[str, AnyStep] = {}
        self.dropped_ = dict(duplicates(frame, self._selected(frame))) if self.drop_duplicate_cols else {}
        for name in self._selected(frame):
            if name not in self.dropped_:
                self._fit_column(name, self._blanked(frame[name]), rules)
        self.differences_ = dict(self._fit_differences(frame))
        self._refuse_taken_names()

    def _fit_column(self, name: str, column: Column, rules: ColumnRules) -> None:
        try:
            is_date = rules.is_date(name, column)
            self.columns_[name] = (
                rules.learn_dates(name, column, self._date(name)) if is_date else rules.learn(name, column)
            )
        except Dropped as reason:
            self.dropped_[name] = str(reason)

    def _fit_differences(self, frame: pd.DataFrame) -> Iterator[tuple[str, tuple[DateDifference, Scale]]]:
        if self.create_date_differences:
            times = self._wall_times(frame)
            for first, second in combinations(times, 2):
                output = f"{first}_{second}"
                days = days_between(times[first], times[second])
                mean, deviation = moments(days[~np.isnan(days)])
                scale = Scale(field=output, mean=mean, scale=deviation or 1.0)
                yield output, (DateDifference(first=first, second=second, output=output), scale)

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        times = self._wall_times(frame)
        columns: dict[str, Any] = {}
        for name in self.feature_names_in_:
            step = self.columns_.get(name)
            if isinstance(step, DateParts):
                columns |= columns_of_parts(times[name], step)
            elif step is not None:
                columns[name] = applied(step, self._column(frame, name))
            elif name in frame and name not in self.dropped_:
                columns[name] = frame[name]
        for name, (difference, scale) in self.differences_.items():
            columns[name] = scaled(scale, days_between(times[difference.first], times[difference.second]))
        return pd.DataFrame(columns, index=frame.index)

    def _outputs(self) -> Iterator[str]:
        for name in self.feature_names_in_:
            if name not in self.dropped_:
                yield from self.columns_[name].writes if name in self.columns_ else (name,)
        yield from self.differences_

    def _names_out(self) -> list[str]:
        return list(self._outputs())

    def to_plan(self) -> list[AnyStep]:
        """Return, for each transformed column, the steps that do it, after one that blanks the ignored values."""
        ignored = tuple(self.ignore_vals or ())
        steps: list[AnyStep] = []
        for name, step in self.columns_.items():
            steps += [Blank(field=name, values=ignored)] if ignored else []
            steps += [self._date(name)] if isinstance(step, DateParts) else []
            steps += [step] if step.writes else []
        return [*steps, *(step for pair in self.differences_.values() for step in pair)]

    def _check_parameters(self) -> None:
        refuse_bare_text(
            exclude=self.exclude,
            include=self.include,
            force_categorical=self.force_categorical,
            date_cols=self.date_cols,
            custom_date_formats=self.custom_date_formats,
        )
        if len(self.date_transforms) != len(DATE_PARTS):
            raise ValueError(f"date_transforms must be {len(DATE_PARTS)} booleans, one for each of {DATE_PARTS}")
        for pattern in self.custom_date_formats or ():
            if not any(year in pattern for year in ("%Y", "%y", "%G", "%c", "%x")):
                raise ValueError(f"custom_date_formats: {pattern!r} has no year, such as %Y")
            if not is_format(pattern):
                raise ValueError(f"custom_date_formats: {pattern!r} is no format that strptime reads")

    def _rules(self) -> ColumnRules:
        return ColumnRules(
            max_values_numeric_categorical=self.max_values_numeric_categorical,
            force_categorical=self.force_categorical,
            min_cat_percent=self.min_cat_percent,
            max_cat_percent=self.max_cat_percent,
            flags=flags_of(BOOL_MAP if self.bool_map is None else self.bool_map),
            cat_missing_val=self.cat_missing_val,
            date_cols=self.date_cols,
            parts=tuple(part for part, wanted in zip(DATE_PARTS, self.date_transforms, strict=True) if wanted),
            nan_threshold=self.nan_threshold,
            drop_constant_features=self.drop_constant_features,
            min_max_limit=self.min_max_limit,
        )

    def _refuse_taken_names(self) -> None:
        names = self._names_out()
        taken = [name for name in names if names.count(name) > 1]
        if taken:
            raise ValueError(f"a part or difference of dates would be called {taken[0]!r}, as another column is")

    def _selected(self, frame: pd.DataFrame) -> list[str]:
        included = frame.columns if self.include is None else self.include
        return [name for name in frame.columns if name in included and name not in self.exclude]

    def _date(self, name: str) -> Date:
        return Date(field=name, output=name, time_zone=self.time_zone, formats=tuple(self.custom_date_formats or ()))

    def _wall_times(self, frame: pd.DataFrame) -> dict[str, WallTimes]:
        dates = [name for name, step in self.columns_.items() if isinstance(step, DateParts)]
        return {name: wall_times_of(self._column(frame, name), self._date(name)) for name in dates}

    def _column(self, frame: pd.DataFrame, name: str) -> Column:
        return self._blanked(frame[name]) if name in frame else absent(frame.index)

    def _blanked(self, column: Column) -> Column:
        if not self.ignore_vals:
            return column
        if column_is_numeric(column):
            numbers = numbers_of(column)
            ignored = [number_of(value) for value in self.ignore_vals if type(value) is not bool]
            return pd.Series(np.where(np.isin(numbers, ignored), np.nan, numbers), index=column.index)
        is_ignored = among(self.ignore_vals)
        return column.mask(coded(column).mapped(is_ignored).astype(bool))
