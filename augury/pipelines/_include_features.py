"""Some columns are kept."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep


class IncludeFeaturesTransform(FrameTransform):
    """Keep the named columns, in the order of the frame.

    Parameters
    ----------
    included : collection of str, default ()
        Columns to keep. Those that the frame does not have are ignored.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20], "city": ["Rome"], "note": ["x"]})
    >>> IncludeFeaturesTransform(["city", "age", "height"]).fit_transform(frame)
       age  city
    0   20  Rome
    """

    def __init__(self, included: Collection[str] = ()) -> None:
        self.included = included

    def _fit(self, frame: pd.DataFrame) -> None:  # noqa: ARG002
        refuse_bare_text(included=self.included)

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[[name for name in frame.columns if name in self.included]]

    def _names_out(self) -> list[str]:
        return [name for name in self.feature_names_in_ if name in self.included]

    def to_plan(self) -> list[AnyStep]:
        """Return no step: later transforms and the estimator read nothing but what they were fitted on."""
        return []
