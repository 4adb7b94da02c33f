"""What the wrappers of scikit-learn's estimators share."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from augury.pipelines._frame_estimator import FrameEstimator, Matrix
from augury.pipelines._sklearn_onnx import estimator_to_onnx, input_type, split_values
from augury.plans import Door


class SKLearnModel(FrameEstimator):
    """Base of both wrappers: the estimator gets a matrix without NaN, of the type of number that it will be served."""

    clf: Any

    def to_onnx(self) -> bytes:
        """Return the fitted estimator as ONNX."""
        check_is_fitted(self)
        return estimator_to_onnx(self.model_, len(self.to_plan().vector))

    def thresholds(self) -> dict[int, list[float]]:
        """Return the distinct split values of each column that a tree of the estimator looks at."""
        return split_values(self.model_)

    def _door(self) -> Door:
        return Door(dtype=input_type(self.clf), missing=0.0)

    def _fitted_model(self, matrix: Matrix, y: Any) -> Any:
        return clone(self.clf).fit(matrix, y)


def plain_numbers(answer: Any) -> Matrix:
    """Return an estimator's answer as floating-point numbers."""
    numbers = np.asarray(answer)
    return numbers if numbers.dtype == np.float32 else numbers.astype(np.float64, copy=False)
