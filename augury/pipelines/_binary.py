"""Whether a column has a value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from augury.pipelines._coded import coded
from augury.pipelines._columns import absent, column_is_numeric, numbers_of
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import AnyStep, Binary, Constant
from augury.plans.steps.binary import has_value


class BinaryTransform(FrameTransform):
    """Flag whether a feature is present.

    Parameters
    ----------
    input_feature : str
        Column to look at. A missing column counts as absent in every row.
    output_feature : str
        Column that receives 1 where ``input_feature`` is neither null, ``""``, ``"0"``, 0 nor false, else 0 (int8).

    Examples
    --------
    >>> BinaryTransform("email", "has_email").fit_transform(pd.DataFrame({"email": ["a@b", None, "0"]}))
      email  has_email
    0   a@b          1
    1   NaN          0
    2     0          0
    """

    def __init__(self, input_feature: str, output_feature: str) -> None:
        self.input_feature = input_feature
        self.output_feature = output_feature

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        column = frame[self.input_feature] if self.input_feature in frame else absent(frame.index)
        if column_is_numeric(column):
            numbers = numbers_of(column)
            flags = ~np.isnan(numbers) & (numbers != 0.0)
        else:
            flags = coded(column).mapped(has_value)
        return frame.assign(**{self.output_feature: flags.astype(np.int8)})

    def _outputs(self) -> tuple[str, ...]:
        return (self.output_feature,)

    def to_plan(self) -> list[AnyStep]:
        """Return the one step that flags a value."""
        if self.input_feature not in self.feature_names_in_:
            return [Constant(output=self.output_feature, value=0)]
        return [Binary(field=self.input_feature, output=self.output_feature)]
