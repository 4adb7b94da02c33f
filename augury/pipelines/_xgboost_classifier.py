"""Gradient-boosted trees for classification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from augury.pipelines._columns import column_type, texts_of
from augury.pipelines._frame_estimator import FrameEstimator
from augury.pipelines._frame_transform import checked_frame
from augury.pipelines._onnx import classifier_to_onnx
from augury.schema import FieldType


class XGBoostClassifier(ClassifierMixin, FrameEstimator):  # type: ignore[misc]
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

    Attributes
    ----------
    classes_ : numpy.ndarray
        Distinct values of the target, sorted; the order of the columns of ``predict_proba``.
    class_names_ : list of str
        Readable name of each class: the one most frequent beside it, the class itself without ``target_readable``.
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

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:  # noqa: N803
        """Learn from a frame.

        Parameters
        ----------
        X : pandas.DataFrame
            Features and, unless ``y`` is given, the target.
        y : array-like, optional
            The target, for frames without its column. The column wins where both are given, because a transform may
            have left rows out.

        Raises
        ------
        ValueError
            There is no target, a row has none, there is one class only, or no feature is left.
        """
        frame = checked_frame(X)
        target = self._target(frame, y)
        self._fit_features(frame)
        self.classes_, codes = np.unique(target, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"target {self.target!r} has one class only: {self.classes_.tolist()}")
        self.class_names_ = self._readable_names(frame, codes)
        self.model_ = self._new_model().fit(self._matrix(frame), codes)
        self.model_.set_params(n_jobs=1).get_booster().set_param("nthread", "1")
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float32]:  # noqa: N803
        """Return the probabilities of the classes, one row each, in the order of ``classes_``."""
        check_is_fitted(self)
        matrix = self._matrix(X)
        if len(matrix) == 0:
            return np.empty((0, len(self.classes_)), dtype=np.float32)
        return np.asarray(self.model_.predict_proba(matrix), dtype=np.float32)

    def predict(self, X: pd.DataFrame) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each row, as it stood in the target."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def to_onnx(self) -> bytes:
        """Return the fitted model as ONNX."""
        check_is_fitted(self)
        return classifier_to_onnx(self.model_, sum(block.width for block in self.blocks_))

    def thresholds(self) -> dict[int, list[float]]:
        """Return the distinct split values of each column of the matrix that the trees look at."""
        check_is_fitted(self)
        nodes = self.model_.get_booster().trees_to_dataframe()
        splits = nodes[nodes["Feature"] != "Leaf"]
        return {
            int(str(feature).removeprefix("f")): sorted({float(value) for value in values})
            for feature, values in splits.groupby("Feature")["Split"]
        }

    @property
    def class_names(self) -> tuple[str, ...]:
        """Readable names of the classes, in the order of ``classes_``."""
        return tuple(self.class_names_)

    def _target(self, frame: pd.DataFrame, y: Any) -> NDArray[Any]:
        if self.target not in frame and y is None:
            raise ValueError(f"the frame has no target column {self.target!r}")
        target = frame[self.target] if self.target in frame else pd.Series(np.asarray(y), index=frame.index)
        if target.isna().any():
            raise ValueError(f"target {self.target!r} is missing in {int(target.isna().sum())} of {len(target)} rows")
        if column_type(target) is FieldType.ANY:
            raise ValueError(f"target {self.target!r} holds values of several types")
        return target.to_numpy()

    def _readable_names(self, frame: pd.DataFrame, codes: NDArray[np.intp]) -> list[str]:
        if self.target_readable is None or self.target_readable not in frame:
            names = [str(text) for text in texts_of(pd.Series(self.classes_))]
        else:
            texts = texts_of(frame[self.target_readable])
            names = [
                _most_frequent([name for name in texts[codes == code] if name is not None], default=str(label))
                for code, label in enumerate(self.classes_)
            ]
        if len(set(names)) < len(names):
            source = self.target if self.target_readable is None else self.target_readable
            raise ValueError(f"two classes of {self.target!r} have the same name in {source!r}: {names}")
        return names

    def _new_model(self) -> xgboost.XGBClassifier:
        parameters = {name: getattr(self, name) for name in _XGBOOST_PARAMETERS}
        if len(self.classes_) == 2:
            parameters["scale_pos_weight"] = self.scale_pos_weight
        return xgboost.XGBClassifier(n_jobs=self.nthread, random_state=self.seed, **parameters)


def _most_frequent(names: list[str], default: str) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name), default=default)


_XGBOOST_PARAMETERS = (
    "max_depth",
    "learning_rate",
    "n_estimators",
    "gamma",
    "min_child_weight",
    "max_delta_step",
    "subsample",
    "colsample_bytree",
    "colsample_bylevel",
    "reg_alpha",
    "reg_lambda",
    "base_score",
)
