"""Values out of objects."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from augury.pipelines._coded import coded, function_of
from augury.pipelines._columns import absent
from augury.pipelines._frame_transform import FrameTransform, refuse_bare_text
from augury.plans import AnyStep, Constant, Path


class PathTransform(FrameTransform):
    """Pull values out of columns of objects, each into a column that has the path's name.

    Parameters
    ----------
    fields : collection of str
        Paths of keys with dots between them, such as ``"user.address.city"``: the column first, then the keys from the
        outermost object inwards. Where an object or a key lacks, the value is null.
    drop_objects : bool, default True
        Leave out the columns that were read, which are of no use to an estimator.

    Raises
    ------
    ValueError
        A path has no key.

    Examples
    --------
    >>> frame = pd.DataFrame({"user": [{"address": {"city": "Rome"}}, {"address": None}], "total": [3, 4]})
    >>> PathTransform(["user.address.city"]).fit_transform(frame)
       total user.address.city
    0      3              Rome
    1      4               NaN
    """

    def __init__(self, fields: Collection[str], drop_objects: bool = True) -> None:
        self.fields = fields
        self.drop_objects = drop_objects

    def _fit(self, frame: pd.DataFrame) -> None:  # noqa: ARG002
        refuse_bare_text(fields=self.fields)
        for field in self.fields:
            if not all(field.split(".")) or "." not in field:
                raise ValueError(f"path {field!r} must be a column and keys with dots between them")

    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        pulled = {field: self._pulled(frame, field) for field in self.fields}
        return frame.drop(columns=self._dropped(), errors="ignore").assign(**pulled)

    def _names_out(self) -> list[str]:
        kept = [name for name in self.feature_names_in_ if name not in self._dropped()]
        return list(dict.fromkeys([*kept, *self.fields]))

    def to_plan(self) -> list[AnyStep]:
        """Return a step for each path."""
        return [self._step(field) if _root(field) in self.feature_names_in_ else _null(field) for field in self.fields]

    def _pulled(self, frame: pd.DataFrame, field: str) -> pd.Series:
        column = frame[_root(field)] if _root(field) in frame else absent(frame.index)
        values = coded(column).mapped(function_of(self._step(field)))
        return pd.Series(values, index=frame.index, dtype=object).infer_objects()

    def _dropped(self) -> list[str]:
        return [_root(field) for field in self.fields] if self.drop_objects else []

    @staticmethod
    def _step(field: str) -> Path:
        root, *keys = field.split(".")
        return Path(field=root, output=field, keys=tuple(keys))


def _root(field: str) -> str:
    return field.split(".", 1)[0]


def _null(field: str) -> Constant:
    return Constant(output=field)
