"""Some columns are left out."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep


class ExcludeFeaturesTransform(FrameTransform):
    """Leave out the named columns.

    Parameters
    ----------
    excluded : collection of str, default ()
        Columns to leave out. Those that the frame does not have are ignored.

    Examples
    --------
    >>> ExcludeFeaturesTransform(["note", "height"]).fit_transform(pd.DataFrame({"age": [20], "note": ["x"]}))
       age
    0   20
    """

    def __init__(self, excluded: Collection[str] = ()) -> None:
        self.excluded = excluded

    def _fit(self, frame: pd.DataFrame) -> None:  # noqa: ARG002
        refuse_bare_text(excluded=self.excluded)

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[[name for name in frame.columns if name not in self.excluded]]

    def _names_out(self) -> list[str]:
        return [name for name in self.feature_names_in_ if name not in self.excluded]

    def to_plan(self) -> list[AnyStep]:
        """Return no step: later transforms and the estimator read nothing but what they were fitted on."""
        return []
