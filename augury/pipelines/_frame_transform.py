"""What every transform has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from augury.plans import AnyStep


class FrameTransform(TransformerMixin, BaseEstimator, ABC, auto_wrap_output_keys=None):  # type: ignore[misc, call-arg]
    """Base of the transforms: pandas frames in and out, scikit-learn's rules, and a plan form.

    A subclass learns in ``_fit`` into attributes that end in ``_``, gives a new frame in ``_transform``, and writes in
    ``to_plan`` the steps that do the same to a single record.
    """

    def fit(self, X: pd.DataFrame, y: object = None) -> Self:  # noqa: ARG002, N803
        """Learn from a frame; it is not changed.

        Parameters
        ----------
        X : pandas.DataFrame
            Frame with distinct column names.
        y : ignored
            There for scikit-learn's convention.
        """
        frame = checked_frame(X)
        self.feature_names_in_ = np.asarray(frame.columns, dtype=object)
        self.n_features_in_ = frame.shape[1]
        self._fit(frame)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Return the transformed frame; the given one is not changed.

        Parameters
        ----------
        X : pandas.DataFrame
            Columns are matched by name; a column that is not there counts as null in every row.
        """
        check_is_fitted(self)
        return self._transform(checked_frame(X))

    def set_output(self, *, transform: str | None = None) -> Self:
        """Accept scikit-learn's choice of container, as long as it is a pandas frame."""
        if transform not in (None, "default", "pandas"):
            raise ValueError(f"{type(self).__name__} gives pandas frames, not {transform!r}")
        return self

    @abstractmethod
    def _fit(self, frame: pd.DataFrame) -> None: ...

    @abstractmethod
    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame: ...

    @abstractmethod
    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns that the frame of ``fit`` is transformed to."""

    @abstractmethod
    def to_plan(self) -> list[AnyStep]:
        """Return the plan steps that do to a record what :meth:`transform` does to a frame."""


def checked_frame(frame: Any) -> pd.DataFrame:
    """Return the frame if it is one whose columns can be told apart by name.

    Raises
    ------
    TypeError
        It is no frame, or a column's name is no text.
    ValueError
        Two columns have the same name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"a pandas DataFrame is needed, not {type(frame).__name__}")
    for name in frame.columns:
        if not isinstance(name, str):
            raise TypeError(f"column names must be text, not {name!r}")
    if not frame.columns.is_unique:
        raise ValueError(f"column {frame.columns[frame.columns.duplicated()][0]!r} is there twice")
    return frame
