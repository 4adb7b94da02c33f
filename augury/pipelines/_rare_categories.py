"""Rare values to one."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from augury.pipelines._coded import coded, function_of
from augury.pipelines._columns import Column, column_type
from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep, Group
from augury.schema import FieldType


class RareCategoriesTransform(FrameTransform):
    """Write one name for all values of a column that are rare, or that were not there in ``fit``.

    Parameters
    ----------
    input_features : collection of str, optional
        Columns to group; by default those of text. Their values become text, and null stays null.
    min_percent : float, default 0.01
        Fraction of all rows that a value must have to keep its name.
    max_categories : int, optional
        Greatest number of values that keep their names: the most frequent ones. By default there is no limit.
    rare_val : str, default "RARE"
        Name of the others.

    Attributes
    ----------
    kept_ : dict of str to tuple of str
        Values that keep their names, in their order, by column.

    Examples
    --------
    >>> frame = pd.DataFrame({"city": ["Rome", "Rome", "Oslo", None]})
    >>> rare = RareCategoriesTransform(["city"], min_percent=0.5).fit(frame)
    >>> rare.transform(pd.DataFrame({"city": ["Rome", "Oslo", "Bonn", None]}))["city"].tolist()
    ['Rome', 'RARE', 'RARE', nan]
    """

    def __init__(
        self,
        input_features: Collection[str] | None = None,
        *,
        min_percent: float = 0.01,
        max_categories: int | None = None,
        rare_val: str = "RARE",
    ) -> None:
        self.input_features = input_features
        self.min_percent = min_percent
        self.max_categories = max_categories
        self.rare_val = rare_val

    def _fit(self, frame: pd.DataFrame) -> None:
        refuse_bare_text(input_features=self.input_features)
        self.kept_ = {name: self._frequent_values(frame[name]) for name in self._selected(frame)}

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        grouped = {name: self._grouped(name, frame) for name in self.kept_ if name in frame}
        return frame.assign(**grouped)

    def to_plan(self) -> list[AnyStep]:
        """Return a step for each column."""
        return [self._step(name) for name in self.kept_]

    def _selected(self, frame: pd.DataFrame) -> list[str]:
        if self.input_features is not None:
            return [name for name in frame.columns if name in self.input_features]
        return [name for name in frame.columns if column_type(frame[name]) is FieldType.TEXT]

    def _frequent_values(self, column: Column) -> tuple[str, ...]:
        counts = coded(column).text_counts()
        ranked = sorted(counts, key=lambda text: (-counts[text], text))[: self.max_categories]
        return tuple(sorted(text for text in ranked if counts[text] >= self.min_percent * len(column)))

    def _grouped(self, name: str, frame: pd.DataFrame) -> Column:
        return pd.Series(coded(frame[name]).texts(function_of(self._step(name))), index=frame.index)

    def _step(self, name: str) -> Group:
        return Group(field=name, output=name, kept=self.kept_[name], group=self.rare_val)
