"""What every transform has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
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

    Which columns there are is settled by ``fit``: ``transform`` brings them into that order and leaves out others.

    Attributes
    ----------
    feature_names_in_ : numpy.ndarray of str
        Columns of the fitted frame.
    n_features_in_ : int
        Their number.
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
        self._fit(self._known_frame(X))
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        """Return the transformed frame; the given one is not changed.

        Parameters
        ----------
        X : pandas.DataFrame
            Columns are matched by name. One that is not there counts as null in every row, and passes as missing; one
            that was not there in ``fit`` is left out.
        """
        check_is_fitted(self)
        frame = checked_frame(X)
        known = [name for name in self.feature_names_in_ if name in frame]
        return self._transform(frame if known == list(frame.columns) else frame[known])

    def set_output(self, *, transform: str | None = None) -> Self:
        """Accept scikit-learn's choice of container, as long as it is a pandas frame."""
        if transform not in (None, "default", "pandas"):
            raise ValueError(f"{type(self).__name__} gives pandas frames, not {transform!r}")
        return self

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> NDArray[np.object_]:
        """Return the names of the columns that the frame of ``fit`` is transformed to.

        Parameters
        ----------
        input_features : iterable of str, optional
            For scikit-learn's convention: nothing, or the fitted frame's columns.
        """
        check_is_fitted(self)
        if input_features is not None and list(input_features) != list(self.feature_names_in_):
            raise ValueError("input_features is not equal to feature_names_in_")
        return np.asarray(self._names_out(), dtype=object)

    @abstractmethod
    def to_plan(self) -> list[AnyStep]:
        """Return the plan steps that do to a record what :meth:`transform` does to a frame."""

    @abstractmethod
    def _transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Transform a frame whose columns are those of the fitted frame, in their order, or some of them."""

    def _fit(self, frame: pd.DataFrame) -> None:
        """Learn; a transform that learns nothing checks its parameters at most."""

    def _outputs(self) -> Iterable[str]:
        """Return the names of the columns that the transform writes."""
        return ()

    def _names_out(self) -> list[str]:
        return list(dict.fromkeys([*self.feature_names_in_, *self._outputs()]))

    def _known_frame(self, X: Any) -> pd.DataFrame:  # noqa: N803
        frame = checked_frame(X)
        self.feature_names_in_ = np.asarray(frame.columns, dtype=object)
        self.n_features_in_ = frame.shape[1]
        return frame


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


def refuse_bare_text(**names: Collection[str] | None) -> None:
    """Refuse a text where a list of column names is wanted: its letters would be taken for them.

    Raises
    ------
    TypeError
        A parameter is text; the message names it.
    """
    for parameter, value in names.items():
        if isinstance(value, str):
            raise TypeError(f"{parameter} must be a list of column names, not the text {value!r}")
