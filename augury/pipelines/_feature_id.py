"""Values to consecutive ids."""

from __future__ import annotations

import numpy as np
import pandas as pd

from augury.pipelines._coded import coded, function_of
from augury.pipelines._columns import Column, column_is_numeric
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import UNSEEN_ID, AnyStep, FeatureId, Require


class FeatureIdTransform(FrameTransform):
    """Give every value of a feature an id, the most frequent one first.

    A frame without the input column gets no output column, from ``fit`` and from ``transform``: so a step that makes
    the target from a label stays in the pipeline when there is no label to be had, at prediction.

    Parameters
    ----------
    input_feature : str
        Column whose values get ids. Numbers are told apart by value, not by type: 1 is 1.0, and is ``"1"`` too.
    output_feature : str
        Column that receives the id (int64); -1 for null and for values that were not learned.
    min_size : int, default 0
        Values with fewer rows get no id.
    max_classes : int, default 1000
        Greatest number of ids.
    exclude_missing : bool, default False
        Leave out the rows whose id would be -1. A record that is served is not left out but refused, by the name of
        the field, provided that the pipeline makes something of the id.
    zero_based : bool, default False
        Whether ids start at 0 instead of 1.

    Attributes
    ----------
    ids_ : dict of str to int
        Id of each learned value, by the value's text. Equally frequent values stand in the order of the values.

    Examples
    --------
    >>> frame = pd.DataFrame({"name": ["b", "a", "b", None]})
    >>> FeatureIdTransform("name", "nameId", exclude_missing=True, zero_based=True).fit_transform(frame)
      name  nameId
    0    b       0
    1    a       1
    2    b       0
    """

    def __init__(
        self,
        input_feature: str,
        output_feature: str,
        *,
        min_size: int = 0,
        max_classes: int = 1000,
        exclude_missing: bool = False,
        zero_based: bool = False,
    ) -> None:
        self.input_feature = input_feature
        self.output_feature = output_feature
        self.min_size = min_size
        self.max_classes = max_classes
        self.exclude_missing = exclude_missing
        self.zero_based = zero_based

    def _fit(self, frame: pd.DataFrame) -> None:
        values = self._frequent_values(frame[self.input_feature]) if self.input_feature in frame else []
        self.ids_ = {value: number for number, value in enumerate(values, self._first_id)}

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        if not self._has_learned or self.input_feature not in frame:
            return frame.copy()
        ids = coded(frame[self.input_feature]).numbers(function_of(self._step())).astype(np.int64)
        transformed = frame.assign(**{self.output_feature: ids})
        return transformed[ids != UNSEEN_ID] if self.exclude_missing else transformed

    def _outputs(self) -> tuple[str, ...]:
        return (self.output_feature,) if self._has_learned else ()

    def to_plan(self) -> list[AnyStep]:
        """Return the step that maps a value to its id; none if the input column was not there to learn from."""
        if not self._has_learned:
            return []
        if not self.exclude_missing:
            return [self._step()]
        return [Require(field=self.input_feature, output=self.input_feature, values=tuple(self.ids_)), self._step()]

    @property
    def _first_id(self) -> int:
        return 0 if self.zero_based else 1

    @property
    def _has_learned(self) -> bool:
        return self.input_feature in self.feature_names_in_

    def _step(self) -> FeatureId:
        return FeatureId(
            field=self.input_feature, output=self.output_feature, values=tuple(self.ids_), first_id=self._first_id
        )

    def _frequent_values(self, column: Column) -> list[str]:
        counts = coded(column).text_counts()
        order = float if column_is_numeric(column) else str
        ranked = sorted(counts, key=lambda text: (-counts[text], order(text)))
        return [text for text in ranked if counts[text] >= self.min_size][: self.max_classes]
