"""Gradient-boosted trees for classification."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import xgboost
from sklearn.utils.validation import check_is_fitted

from augury.pipelines._frame_classifier import Codes, FrameClassifier
from augury.pipelines._frame_estimator import Matrix
from augury.pipelines._xgboost import XGBoostEstimator
from augury.pipelines._xgboost_onnx import classifier_to_onnx


class XGBoostClassifier(FrameClassifier, XGBoostEstimator):
    """XGBoost's classifier on frames: features by name, missing values as they are, classes by their ids.

    Parameters
    ----------
    target : str
        Column that holds the class. It is never a feature.
    target_readable : str, optional
        Column that holds the class's readable name. It is never a feature.
    included : collection of str, optional
        The only features; by default all columns but the excluded ones.
    excluded : collection of str, optional
        Columns that are no features.
    max_depth, learning_rate, n_estimators, gamma, min_child_weight, max_delta_step, subsample, colsample_bytree, \
colsample_bylevel, reg_alpha, reg_lambda, scale_pos_weight, base_score
        XGBoost's parameters, with the defaults of the original; see XGBoost's parameter reference.
        ``scale_pos_weight`` matters with two classes only.
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
    classes_ : numpy.ndarray
        Distinct values of the target, sorted; the order of the columns of ``predict_proba``.
    class_names_ : list of str
        Readable name of each class: the one most frequent beside it, the class itself without ``target_readable``.
    n_estimators_ : int
        Number of trees, or of rounds with more than two classes.
    model_ : xgboost.XGBClassifier
        The fitted model; its classes are positions in ``classes_``.

    Examples
    --------
    >>> frame = pd.DataFrame({"f1": [1.0, 2.0, 3.0, 4.0] * 5, "id": [7, 7, 9, 9] * 5, "name": [*"bbaa"] * 5})
    >>> classifier = XGBoostClassifier("id", "name", n_estimators=10, nthread=1).fit(frame)
    >>> classifier.predict(pd.DataFrame({"f1": [1.5, 3.5]})).tolist(), classifier.class_names_
    ([7, 9], ['b', 'a'])
    """

    def __init__(
        self,
        target: str,
        target_readable: str | None = None,
        included: Collection[str] | None = None,
        excluded: Collection[str] | None = None,
        *,
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
        scale_pos_weight: float = 1,
        base_score: float = 0.5,
        seed: int = 0,
        svmlight_feature: str | None = None,
        enable_categorical: bool | Collection[str] = False,
        early_stopping_rounds: int | None = None,
        validation_fraction: float = 0.1,
        validation_order: str | None = None,
    ) -> None:
        self.target = target
        self.target_readable = target_readable
        self.included = included
        self.excluded = excluded
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
        self.scale_pos_weight = scale_pos_weight
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
        return classifier_to_onnx(self.model_, len(self.to_plan().vector))

    def _fit_model(self, matrix: Matrix, codes: Codes, frame: pd.DataFrame) -> None:
        # XGBoost warns of the parameter where it has no use.
        parameters = {"scale_pos_weight": self.scale_pos_weight} if len(self.classes_) == 2 else {}
        self.model_ = self._trained(xgboost.XGBClassifier, parameters, matrix, codes, frame)

    def _probabilities(self, matrix: Matrix) -> Matrix:
        return np.asarray(self.model_.predict_proba(matrix), dtype=np.float32)
