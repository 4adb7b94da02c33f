"""Any regressor of scikit-learn, on frames."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from augury.pipelines._frame_estimator import Matrix
from augury.pipelines._frame_regressor import FrameRegressor
from augury.pipelines._sklearn_model import SKLearnModel, plain_numbers


class SKLearnRegressor(FrameRegressor, SKLearnModel):
    """A scikit-learn regressor on frames: features by name.

    A missing number is 0, as in the original: put a transform before it where something else should stand there, such
    as AutoTransform, with which it is the mean. Texts are one-hot by the values that they had in ``fit``.

    Parameters
    ----------
    target : str
        Column that holds the number to predict. It is never a feature.
    included : collection of str, optional
        The only features; by default all columns but the excluded ones.
    excluded : collection of str, optional
        Columns that are no features.
    clf : scikit-learn regressor
        It is cloned, not changed.

    Attributes
    ----------
    model_ : scikit-learn regressor
        The fitted clone.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> frame = pd.DataFrame({"rooms": [1, 2, 3, 4], "rent": [500, 900, 1300, 1700]})
    >>> regressor = SKLearnRegressor("rent", clf=LinearRegression()).fit(frame)
    >>> regressor.predict(pd.DataFrame({"rooms": [2, 5]})).round(6).tolist()
    [900.0, 2100.0]
    """

    def __init__(
        self,
        target: str,
        included: Collection[str] | None = None,
        excluded: Collection[str] | None = None,
        *,
        clf: Any,
    ) -> None:
        self.target = target
        self.included = included
        self.excluded = excluded
        self.clf = clf

    def _fit_model(self, matrix: Matrix, target: NDArray[np.float64], frame: pd.DataFrame) -> None:  # noqa: ARG002
        self.model_ = self._fitted_model(matrix, target)

    def _values(self, matrix: Matrix) -> Matrix:
        return plain_numbers(self.model_.predict(matrix))
