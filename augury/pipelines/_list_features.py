"""Lists and objects to a column per item."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._coded import coded
from augury.pipelines._columns import Column, absent
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import AnyStep, Items
from augury.plans.items import items_of
from augury.plans.steps.items import Measure


class ListFeaturesTransform(FrameTransform):
    """Make a column of numbers for each item that lists or objects hold.

    A list holds its texts, numbers and booleans, and pairs of an id and a number, as :class:`SvmlightTransform` makes
    them; an object, as :class:`TfidfTransform` makes them, holds a key for each number and ``key_text`` for each text.
    A value that is neither list nor object is the only item of one.

    Parameters
    ----------
    input_feature : str
        Column to read; it is left out of the result. Null and a missing column hold nothing.
    output_prefix : str, optional
        Columns are called ``prefix_item``; the prefix is the input column's name by default.
    measure : {"multi_hot", "count", "weight"}, default "multi_hot"
        1.0 where the item is there; how often it is; or the sum of its numbers, 1.0 for an item that has none.
    min_size : int, default 1
        Number of rows that an item must be in to get a column.
    max_items : int, default 1000
        Greatest number of columns: the items that are in the most rows.

    Attributes
    ----------
    items_ : tuple of str
        Items that have a column, in their order.

    Examples
    --------
    >>> frame = pd.DataFrame({"tags": [["new", "red"], ["red", "red"], None]})
    >>> ListFeaturesTransform("tags", measure="count").fit_transform(frame)
       tags_new  tags_red
    0       1.0       1.0
    1       0.0       2.0
    2       0.0       0.0
    """

    def __init__(
        self,
        input_feature: str,
        output_prefix: str | None = None,
        *,
        measure: Measure = "multi_hot",
        min_size: int = 1,
        max_items: int = 1000,
    ) -> None:
        self.input_feature = input_feature
        self.output_prefix = output_prefix
        self.measure = measure
        self.min_size = min_size
        self.max_items = max_items

    def _fit(self, frame: pd.DataFrame) -> None:
        if self.measure not in ("multi_hot", "count", "weight"):
            raise ValueError(f'measure must be "multi_hot", "count" or "weight", not {self.measure!r}')
        rows: Counter[str] = Counter()
        if self.input_feature in frame:
            values = coded(frame[self.input_feature])
            for value, count in zip(values.values, values.sizes(), strict=False):
                rows.update(dict.fromkeys((item for item, _ in items_of(value)), count))
        ranked = sorted(rows, key=lambda item: (-rows[item], item))[: self.max_items]
        self.items_ = tuple(sorted(item for item in ranked if rows[item] >= self.min_size))
        taken = set(self._columns()).intersection(self._others())
        if taken:
            raise ValueError(f"column {min(taken)!r} is there already: choose another output_prefix")

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        column = frame[self.input_feature] if self.input_feature in frame else absent(frame.index)
        columns = pd.DataFrame(self._numbers(column), index=frame.index, columns=self._columns())
        return pd.concat([frame.drop(columns=self.input_feature, errors="ignore"), columns], axis=1)

    def _names_out(self) -> list[str]:
        return [*self._others(), *self._columns()]

    def to_plan(self) -> list[AnyStep]:
        """Return the one step that writes all columns."""
        if self.input_feature not in self.feature_names_in_:
            return []
        return [
            Items(field=self.input_feature, items=self.items_, outputs=tuple(self._columns()), measure=self.measure)
        ]

    def _others(self) -> list[str]:
        return [name for name in self.feature_names_in_ if name != self.input_feature]

    def _columns(self) -> list[str]:
        prefix = self.input_feature if self.output_prefix is None else self.output_prefix
        return [f"{prefix}_{item}" for item in self.items_]

    def _numbers(self, column: Column) -> NDArray[np.float64]:
        """Return the columns as a matrix: every item of every row is added up at its place."""
        places = {item: place for place, item in enumerate(self.items_)}
        found = coded(column).mapped(lambda value: [pair for pair in items_of(value) if pair[0] in places])
        rows = np.repeat(np.arange(len(found)), [len(items) for items in found])
        pairs = list(chain.from_iterable(found))
        at = rows * len(places) + np.array([places[item] for item, _ in pairs], dtype=np.intp)
        amounts = np.array([weight if self.measure == "weight" else 1.0 for _, weight in pairs], dtype=np.float64)
        numbers = np.bincount(at, weights=amounts, minlength=len(found) * len(places))
        shaped = numbers.reshape(len(found), len(places)).astype(np.float64)
        return np.minimum(shaped, 1.0) if self.measure == "multi_hot" else shaped
