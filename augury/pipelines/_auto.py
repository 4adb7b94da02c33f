"""Every column to what an estimator can use, by what its values look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._columns import (
    Column,
    Numbers,
    absent,
    column_type,
    mapped,
    numbers_of,
    python_values,
    texts_of,
)
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import (
    MAX_FEATURE,
    MISSING,
    AnyStep,
    Blank,
    Boolean,
    Category,
    Scalar,
    Scale,
    among,
    normalised,
    text_of,
)
from augury.schema import FieldType

BOOL_MAP: Mapping[str, float] = {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0, "1.0": 1, "0.0": 0}
"""What text, number or boolean counts as true and as false, unless told otherwise."""

_HUGE = 1e150  # its square is the last that float64 holds


class AutoTransform(FrameTransform):
    """Scale numbers, map booleans, name categories and drop what carries no information.

    A column is, in this order: dropped; categorical if ``force_categorical`` names it; boolean if all its values are
    in ``bool_map``; a number, or categorical if it is a number with few distinct values; else categorical. Null and
    ``""`` are missing values in all of them:

    ============ ============================================================== ============ ==============
    kind         result                                                         missing      unseen
    ============ ============================================================== ============ ==============
    number       standardised to mean 0 and standard deviation 1                0.0          0.0
    boolean      1.0 or 0.0                                                     NaN          NaN
    categorical  text, in lower case with ``_`` for spaces; ``column_value``    the missing  null
                 where the value is a number                                    category
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
    dropped_ : dict of str to str
        Why each dropped column was dropped.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20, 40], "city": ["New York", "Rome"], "paid": ["yes", "no"], "v": [1, 1]})
    >>> AutoTransform().fit_transform(frame)
       age      city  paid
    0 -1.0  new_york   1.0
    1  1.0      rome   0.0
    """

    def __init__(
        self,
        *,
        exclude: Collection[str] = (),
        include: Collection[str] | None = None,
        max_values_numeric_categorical: int = 0,
        ignore_vals: Collection[Scalar] | None = None,
        force_categorical: Collection[str] = (),
        min_cat_percent: float = 0.0,
        max_cat_percent: float = 1.0,
        bool_map: Mapping[str, float] | None = None,
        cat_missing_val: str = "UKN",
        nan_threshold: float | None = None,
        drop_constant_features: bool = True,
        drop_duplicate_cols: bool = True,
        min_max_limit: bool = False,
    ) -> None:
        self.exclude = exclude
        self.include = include
        self.max_values_numeric_categorical = max_values_numeric_categorical
        self.ignore_vals = ignore_vals
        self.force_categorical = force_categorical
        self.min_cat_percent = min_cat_percent
        self.max_cat_percent = max_cat_percent
        self.bool_map = bool_map
        self.cat_missing_val = cat_missing_val
        self.nan_threshold = nan_threshold
        self.drop_constant_features = drop_constant_features
        self.drop_duplicate_cols = drop_duplicate_cols
        self.min_max_limit = min_max_limit

    def _fit(self, frame: pd.DataFrame) -> None:
        _refuse_bare_text(exclude=self.exclude, include=self.include, force_categorical=self.force_categorical)
        self.columns_: dict[str, AnyStep] = {}
        self.dropped_ = dict(self._duplicates(frame)) if self.drop_duplicate_cols else {}
        for name in self._selected(frame):
            if name not in self.dropped_:
                self._fit_column(name, self._blanked(frame[name]))

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        columns = {}
        for name in self.get_feature_names_out():
            if name in self.columns_:
                column = frame[name] if name in frame else absent(frame.index)
                columns[name] = _applied(self.columns_[name], self._blanked(column))
            elif name in frame:
                columns[name] = frame[name]
        return pd.DataFrame(columns, index=frame.index)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:  # noqa: ARG002
        """Return the columns of the fitted frame, in its order, without the dropped ones."""
        return np.asarray([name for name in self.feature_names_in_ if name not in self.dropped_], dtype=object)

    def to_plan(self) -> list[AnyStep]:
        """Return, for each transformed column, the step that does it, after one that blanks the ignored values."""
        ignored = tuple(self.ignore_vals or ())
        steps: list[AnyStep] = []
        for name, step in self.columns_.items():
            steps += [Blank(field=name, values=ignored), step] if ignored else [step]
        return steps

    def _selected(self, frame: pd.DataFrame) -> list[str]:
        included = frame.columns if self.include is None else self.include
        return [name for name in frame.columns if name in included and name not in self.exclude]

    def _duplicates(self, frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
        first_of: dict[tuple[str, bytes], str] = {}
        for name in self._selected(frame):
            column_type(frame[name])
            key = (str(frame[name].dtype), pd.util.hash_pandas_object(frame[name], index=False).to_numpy().tobytes())
            first = first_of.setdefault(key, name)
            if first != name and python_values(frame[first]) == python_values(frame[name]):
                yield name, f"equals {first!r}"

    def _blanked(self, column: Column) -> Column:
        if not self.ignore_vals:
            return column
        is_ignored = among(self.ignore_vals)
        blank = [is_ignored(value) for value in python_values(column)]
        return column.astype(object).mask(np.asarray(blank, dtype=bool), None)

    def _fit_column(self, name: str, column: Column) -> None:
        kind = column_type(column)
        counts = Counter(text or None for text in texts_of(column))
        reason = self._reason_to_drop(counts, len(column))
        if reason:
            self.dropped_[name] = reason
        else:
            self.columns_[name] = self._step(name, kind, column, counts)

    def _reason_to_drop(self, counts: Counter[str | None], rows: int) -> str | None:
        if self.nan_threshold is not None and counts[None] > rows * self.nan_threshold:
            return f"{counts[None]} of {rows} values are missing"
        if self.drop_constant_features and sum(count > 0 for count in counts.values()) <= 1:
            return "has one value"
        return None

    def _step(self, name: str, kind: FieldType, column: Column, counts: Counter[str | None]) -> AnyStep:
        distinct = [text for text in counts if text is not None and counts[text]]
        if name in self.force_categorical:
            return self._category(name, counts)
        flags = self._flags()
        if distinct and all(text.lower() in flags for text in distinct):
            return Boolean(field=name, values=flags)
        numeric = kind is FieldType.NUMBER or _holds_numbers_and_blanks(column, kind)
        if numeric and len(distinct) + (counts[None] > 0) > self.max_values_numeric_categorical:
            return self._scale(name, numbers_of(column))
        return self._category(name, counts)

    def _flags(self) -> dict[str, float]:
        bool_map = {key.lower(): float(flag) for key, flag in (self.bool_map or BOOL_MAP).items()}
        # A number's text has no ".0", whatever the map's author wrote.
        return {_number_text(key): flag for key, flag in bool_map.items()} | bool_map

    def _scale(self, name: str, numbers: Numbers) -> Scale:
        present = numbers[~np.isnan(numbers)]
        mean, deviation = _moments(present)
        limited = self.min_max_limit and len(present) > 0
        return Scale(
            field=name,
            mean=mean,
            scale=deviation or 1.0,
            minimum=float(present.min()) if limited else None,
            maximum=float(present.max()) if limited else None,
        )

    def _category(self, name: str, counts: Counter[str | None]) -> Category:
        rows = counts.total()
        sizes: Counter[str] = Counter()
        for text, count in counts.items():
            if text is not None:
                sizes[normalised(text)] += count
        frequent = [v for v, n in sizes.items() if self.min_cat_percent * rows <= n <= self.max_cat_percent * rows]
        return Category(
            field=name,
            values={value: f"{name}_{value}" if _is_number(value) else value for value in sorted(frequent)},
            missing=self.cat_missing_val,
        )


def _refuse_bare_text(**names: Collection[str] | None) -> None:
    for parameter, value in names.items():
        if isinstance(value, str):
            raise TypeError(f"{parameter} must be a list of column names, not the text {value!r}")


def _holds_numbers_and_blanks(column: Column, kind: FieldType) -> bool:
    """Whether a column of mixed types is one of numbers in which ``""`` stands for null."""
    if kind is not FieldType.ANY:
        return False
    values = [value for value in python_values(column) if value is not None and value != ""]
    return all(type(value) in (int, float) for value in values)


def _moments(numbers: Numbers) -> tuple[float, float]:
    """Return mean and population standard deviation, without overflow for huge numbers."""
    if len(numbers) == 0:
        return 0.0, 1.0
    if (numbers == numbers[0]).all():
        return float(numbers[0]), 1.0
    magnitude = float(np.abs(numbers).max())
    unit = magnitude if magnitude > _HUGE else 1.0
    return float((numbers / unit).mean()) * unit, float((numbers / unit).std()) * unit


def _applied(step: AnyStep, column: Column) -> Column:
    if isinstance(step, Scale):
        return pd.Series(_scaled(step, numbers_of(column)), index=column.index)
    texts = texts_of(column)
    if isinstance(step, Boolean):
        flags = mapped(texts, lambda text: step.values.get(text.lower(), MISSING), MISSING)
        return pd.Series(flags.astype(np.float64), index=column.index)
    assert isinstance(step, Category)
    names = mapped(texts, lambda text: step.values.get(normalised(text)) if text else step.missing, step.missing)
    return pd.Series(names, index=column.index, dtype="str")


def _scaled(step: Scale, numbers: Numbers) -> Numbers:
    limited = numbers if step.minimum is None else np.clip(numbers, step.minimum, step.maximum)
    with np.errstate(over="ignore"):
        scaled = np.clip((limited - step.mean) / step.scale, -MAX_FEATURE, MAX_FEATURE)
    return np.where(np.isnan(numbers), 0.0, scaled)


def _number_text(text: str) -> str:
    return text_of(float(text)) or text if _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
