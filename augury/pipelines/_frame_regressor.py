"""What regressors on frames have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted

from augury.artifacts import Kind
from augury.pipelines._columns import column_type, numbers_of
from augury.pipelines._frame_estimator import Column, FrameEstimator, Matrix
from augury.schema import FieldType


class FrameRegressor(RegressorMixin, FrameEstimator):  # type: ignore[misc]
    """Base of the regressors."""

    kind: ClassVar[Kind] = "regression"
    target_readable = None

    def predict(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return the value of each row."""
        check_is_fitted(self)
        matrix = self._matrix(X)
        return self._values(matrix) if len(matrix) else np.empty(0, dtype=matrix.dtype)

    def scores(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return the value of each row, as a matrix of one column."""
        return self.predict(X)[:, np.newaxis]

    @property
    def class_names(self) -> None:
        """A regression has no classes."""
        return

    @abstractmethod
    def _fit_model(self, matrix: Matrix, target: NDArray[np.float64], frame: pd.DataFrame) -> None: ...

    @abstractmethod
    def _values(self, matrix: Matrix) -> Matrix: ...

    def _fit(self, frame: pd.DataFrame, target: Column) -> None:
        numbers = numbers_of(target)
        if len(numbers) == 0:
            raise ValueError("the frame has no row to learn from")
        if column_type(target) is not FieldType.NUMBER or np.isnan(numbers).any():
            raise ValueError(f"target {self.target!r} holds values that are no finite numbers")
        self._fit_model(self._matrix(frame), numbers, frame)
