"""Rows without a value are left out."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep, Require


class ExistFeaturesTransform(FrameTransform):
    """Leave out the rows in which a feature is null.

    A record that is served is not left out but refused, by the name of the field, provided that the pipeline makes
    something of that field. A column that a frame does not have leaves out no row: so what is filtered by a label
    in training can be transformed without one.

    Parameters
    ----------
    included : collection of str, optional
        Columns that must have a value; ``""`` is one. By default all columns.

    Raises
    ------
    ValueError
        A named column is not in the frame of ``fit``.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20, None, 40], "city": ["Rome", "Oslo", None]})
    >>> ExistFeaturesTransform(["age"]).fit_transform(frame)
        age  city
    0  20.0  Rome
    2  40.0   NaN
    """

    def __init__(self, included: Collection[str] | None = None) -> None:
        self.included = included

    def _fit(self, frame: pd.DataFrame) -> None:
        refuse_bare_text(included=self.included)
        for name in self.included or ():
            if name not in frame:
                raise ValueError(f"included column {name!r} is not in the frame")

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame[[name for name in self._required() if name in frame]].notna().all(axis=1)]

    def to_plan(self) -> list[AnyStep]:
        """Return a step for each field that refuses a record without it."""
        return [Require(field=name, output=name) for name in self._required()]

    def _required(self) -> list[str]:
        return list(self.feature_names_in_ if self.included is None else self.included)
