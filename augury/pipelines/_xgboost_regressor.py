"""Gradient-boosted trees for regression."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from augury.pipelines._frame_estimator import Matrix
from augury.pipelines._frame_regressor import FrameRegressor
from augury.pipelines._xgboost import XGBoostEstimator
from augury.pipelines._xgboost_onnx import regressor_to_onnx


class XGBoostRegressor(FrameRegressor, XGBoostEstimator):
    """XGBoost's regressor on frames: features by name, missing values as they are.

    Parameters
    ----------
    target : str
        Column that holds the number to predict. It is never a feature.
    included : collection of str, optional
        The only features; by default all columns but the excluded ones.
    excluded : collection of str, optional
        Columns that are no features.
    objective : str, default "reg:squarederror"
        The loss, by XGBoost's name; one whose predictions need no transformation but the exponential has an ONNX form.
    max_depth, learning_rate, n_estimators, gamma, min_child_weight, max_delta_step, subsample, colsample_bytree, \
colsample_bylevel, reg_alpha, reg_lambda, base_score
        XGBoost's parameters; see its parameter reference. By default ``base_score`` is estimated from the target.
    nthread : int, default -1
        Threads for ``fit``, -1 for all. Predictions take one, which is faster for few rows.
    seed : int, default 0
        Seed of the random choices in ``fit``.
    svmlight_feature : str, optional
        Column of ``(id, number)`` pairs, as SvmlightTransform makes them; it is then the only feature.
    enable_categorical : bool or collection of str, default False
        Whether a feature of texts is one column that the trees split by sets of categories, instead of one-hot columns;
        or the names of the features that are, which may hold numbers too, such as the ids of shops. A category that
        was not there in ``fit`` counts as missing. What pandas calls a categorical column makes no difference.
    early_stopping_rounds : int, optional
        Stop growing trees when so many in a row have not made the loss on held-out rows better. The number of trees
        that was best is then grown on all rows.
    validation_fraction : float, default 0.1
        Fraction of the rows that are held out for that.
    validation_order : str, optional
        Column, such as a time, by which rows are ordered: the last ones are held out. By default they are drawn. It is
        never a feature.

    Attributes
    ----------
    n_estimators_ : int
        Number of trees.
    model_ : xgboost.XGBRegressor
        The fitted model.

    Examples
    --------
    >>> frame = pd.DataFrame({"rooms": [1, 2, 3, 4] * 5, "rent": [500, 900, 1300, 1700] * 5})
    >>> regressor = XGBoostRegressor("rent", n_estimators=200, nthread=1).fit(frame)
    >>> regressor.predict(pd.DataFrame({"rooms": [2, 4]})).round().tolist()
    [900.0, 1700.0]
    """

    def __init__(
        self,
        target: str,
        included: Collection[str] | None = None,
        excluded: Collection[str] | None = None,
        *,
        objective: str = "reg:squarederror",
        max_depth: int = 3,
        learning_rate: float = 0.1,
        n_estimators: int = 100,
        nthread: int = -1,
        gamma: float = 0,
        min_child_weight: float = 1,
        max_delta_step: float = 0,
        subsample: float = 1,
        colsample_bytree: float = 1,
        colsample_bylevel: float = 1,
        reg_alpha: float = 0,
        reg_lambda: float = 1,
        base_score: float | None = None,
        seed: int = 0,
        svmlight_feature: str | None = None,
        enable_categorical: bool | Collection[str] = False,
        early_stopping_rounds: int | None = None,
        validation_fraction: float = 0.1,
        validation_order: str | None = None,
    ) -> None:
        self.target = target
        self.included = included
        self.excluded = excluded
        self.objective = objective
        self.max_depth = max_depth
        self.learning_rate = learning_rate
        self.n_estimators = n_estimators
        self.nthread = nthread
        self.gamma = gamma
        self.min_child_weight = min_child_weight
        self.max_delta_step = max_delta_step
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.colsample_bylevel = colsample_bylevel
        self.reg_alpha = reg_alpha
        self.reg_lambda = reg_lambda
        self.base_score = base_score
        self.seed = seed
        self.svmlight_feature = svmlight_feature
        self.enable_categorical = enable_categorical
        self.early_stopping_rounds = early_stopping_rounds
        self.validation_fraction = validation_fraction
        self.validation_order = validation_order

    def to_onnx(self) -> bytes:
        """Return the fitted model as ONNX."""
        check_is_fitted(self)
        return regressor_to_onnx(self.model_, len(self.to_plan().vector))

    def _fit_model(self, matrix: Matrix, target: NDArray[np.float64], frame: pd.DataFrame) -> None:
        self.model_ = self._trained(xgboost.XGBRegressor, {"objective": self.objective}, matrix, target, frame)

    def _values(self, matrix: Matrix) -> Matrix:
        return np.asarray(self.model_.predict(matrix), dtype=np.float32)
