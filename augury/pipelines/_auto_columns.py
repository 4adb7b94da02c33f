"""What :class:`AutoTransform` makes of one column: learned from its values, kept as a step of the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._auto_steps import moments
from augury.pipelines._coded import Coded, coded
from augury.pipelines._columns import Column, Numbers, UnfitColumn, column_type, numbers_of
from augury.pipelines._wall_times import holds_dates, wall_times_of
from augury.plans import (
    AnyStep,
    Boolean,
    Category,
    Date,
    DateParts,
    Scale,
    is_numeral,
    normalised,
    text_of,
)
from augury.plans.steps.date_parts import Part
from augury.schema import FieldType

_HEAD = 1000  # rows that a guess about a column is made from, before all are looked at


class Dropped(Exception):
    """A column is dropped: the message says why."""


@dataclass(frozen=True, kw_only=True)
class ColumnRules:
    """How columns are told apart and what is kept of them; parameters as of :class:`AutoTransform`."""

    max_values_numeric_categorical: int
    force_categorical: Collection[str]
    min_cat_percent: float
    max_cat_percent: float
    flags: Mapping[str, float]
    cat_missing_val: str
    date_cols: Collection[str]
    parts: tuple[Part, ...]
    nan_threshold: float | None
    drop_constant_features: bool
    min_max_limit: bool

    def is_date(self, name: str, column: Column) -> bool:
        """Whether the column is one of dates."""
        return name not in self.force_categorical and (name in self.date_cols or holds_dates(column))

    def learn_dates(self, name: str, column: Column, step: Date) -> DateParts:
        """Return the step for a column of dates.

        Raises
        ------
        Dropped
            Too many are missing, or all are the same.
        """
        times = wall_times_of(column, step)
        missing = np.isnat(times)
        self._refuse(missing, times[~missing])
        return DateParts(field=name, parts=self.parts)

    def learn(self, name: str, column: Column) -> AnyStep:
        """Return the step for any other column.

        Raises
        ------
        Dropped
            Too many values are missing, or all are the same.
        UnfitColumn
            The column holds arrays, objects or what is no JSON value.
        """
        if _is_numeric(column):
            return self._learn_numbers(name, numbers_of(column))
        return self._learn_values(name, coded(column))

    def _learn_numbers(self, name: str, numbers: Numbers) -> AnyStep:
        missing = np.isnan(numbers)
        present = numbers[~missing] if missing.any() else numbers
        self._refuse(missing, present)
        if name in self.force_categorical:
            return self._category(name, coded(pd.Series(numbers)).text_counts(), len(numbers))
        if len(present) == 0:
            return self._scale(name, present)
        if _all_among(present, [float(text) for text in self.flags if is_numeral(text)]):
            return Boolean(field=name, values=dict(self.flags))
        if _has_more_values(present, self.max_values_numeric_categorical - int(missing.any())):
            return self._scale(name, present)
        return self._category(name, coded(pd.Series(numbers)).text_counts(), len(numbers))

    def _learn_values(self, name: str, column: Coded) -> AnyStep:
        if any(type(value) in (list, dict) for value in column.values):
            raise UnfitColumn(f"column {name!r} holds arrays or objects: exclude it, or make columns of them before")
        counts = column.text_counts()
        del counts[""]
        self._refuse_counts(counts, len(column.codes))
        if name not in self.force_categorical:
            if not counts:
                return self._scale(name, np.empty(0))
            if all(text.lower() in self.flags for text in counts):
                return Boolean(field=name, values=dict(self.flags))
        return self._category(name, counts, len(column.codes))

    def _refuse(self, missing: NDArray[np.bool_], present: NDArray[Any]) -> None:
        absent = int(missing.sum())
        self._refuse_column(
            absent, len(missing), len(present) == 0 or (absent == 0 and bool((present == present[0]).all()))
        )

    def _refuse_counts(self, counts: Counter[str], rows: int) -> None:
        absent = rows - counts.total()
        self._refuse_column(absent, rows, len(counts) + (absent > 0) <= 1)

    def _refuse_column(self, absent: int, rows: int, is_constant: bool) -> None:
        if self.nan_threshold is not None and absent > rows * self.nan_threshold:
            raise Dropped(f"{absent} of {rows} values are missing")
        if self.drop_constant_features and is_constant:
            raise Dropped("has one value")

    def _scale(self, name: str, present: Numbers) -> Scale:
        mean, deviation = moments(present)
        limited = self.min_max_limit and len(present) > 0
        return Scale(
            field=name,
            mean=mean,
            scale=deviation or 1.0,
            minimum=float(present.min()) if limited else None,
            maximum=float(present.max()) if limited else None,
        )

    def _category(self, name: str, counts: Counter[str], rows: int) -> Category:
        sizes: Counter[str] = Counter()
        for text, count in counts.items():
            sizes[normalised(text)] += count
        frequent = [v for v, n in sizes.items() if self.min_cat_percent * rows <= n <= self.max_cat_percent * rows]
        return Category(
            field=name,
            values={value: f"{name}_{value}" if is_numeral(value) else value for value in sorted(frequent)},
            missing=self.cat_missing_val,
        )


def flags_of(bool_map: Mapping[str, float]) -> dict[str, float]:
    """Return what counts as true and as false, by lower-case texts as :func:`augury.plans.text_of` writes them."""
    lower = {key.lower(): float(flag) for key, flag in bool_map.items()}
    # A number's text has no ".0", whatever the map's author wrote.
    return {_number_text(key): flag for key, flag in lower.items()} | lower


def _is_numeric(column: Column) -> bool:
    """Whether all values are numbers, but for nulls and for ``""``, which stands for null."""
    kind = column_type(column)
    if kind is not FieldType.ANY:
        return kind is FieldType.NUMBER
    values = [value for value in coded(column).values if value != ""]
    return all(type(value) in (int, float) for value in values) and bool(values)


def _all_among(numbers: Numbers, known: Collection[float]) -> bool:
    allowed = np.array(sorted(known))
    return bool(np.isin(numbers[:_HEAD], allowed).all() and np.isin(numbers, allowed).all())


def _has_more_values(numbers: Numbers, limit: int) -> bool:
    return limit < 1 or len(pd.unique(numbers[:_HEAD])) > limit or len(pd.unique(numbers)) > limit


def _number_text(text: str) -> str:
    return text_of(float(text)) or text if is_numeral(text) else text
