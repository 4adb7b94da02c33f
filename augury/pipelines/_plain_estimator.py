"""An estimator that is not of this package, as the last step of a pipeline."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pandas as pd
import xgboost
from sklearn.base import is_classifier, is_regressor

from augury.pipelines._columns import texts_of
from augury.pipelines._frame_estimator import Column, FrameEstimator, Matrix, ModelInput
from augury.pipelines._not_compilable import NotCompilable
from augury.pipelines._sklearn_model import plain_numbers
from augury.pipelines._sklearn_onnx import estimator_to_onnx, input_type, split_values, takes_missing
from augury.pipelines._xgboost_onnx import classifier_to_onnx, regressor_to_onnx, split_values_of_booster
from augury.plans import Door


class PlainEstimator(FrameEstimator):
    """What compiling needs of a classifier or regressor of scikit-learn or XGBoost that was fitted on matrices.

    It takes all columns that it is given, in their order. What the estimator refuses, the plan refuses: missing numbers
    where it takes none, and numbers beyond float32 where it computes in it.

    Parameters
    ----------
    estimator : scikit-learn or XGBoost estimator
        Fitted or not.
    """

    target = ""
    target_readable = None

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator
        self.kind = "classification" if is_classifier(estimator) else "regression"  # type: ignore[misc]

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Readable names of the classes: their texts."""
        if self.kind == "regression":
            return None
        return tuple(str(text) for text in texts_of(pd.Series(self.estimator.classes_)))

    def input_of(self, columns: Sequence[str]) -> ModelInput:
        """Return how the vector is made of the columns that the estimator was fitted on."""
        fitted = getattr(self.estimator, "n_features_in_", len(columns))
        if fitted != len(columns):
            raise NotCompilable(f"{self._name} was fitted on {fitted} columns and is given {len(columns)}")
        return ModelInput(steps=(), vector=tuple(columns), door=self._door())

    def scores(self, X: Any) -> Matrix:  # noqa: N803
        """Return the probability of each class, or the one value, of each row."""
        if self.kind == "classification":
            return plain_numbers(self.estimator.predict_proba(X))
        return plain_numbers(self.estimator.predict(X)).reshape(-1, 1)

    def predict_proba(self, X: Any) -> Matrix:  # noqa: N803
        """Return the probabilities of the classes."""
        return self.scores(X)

    def predict(self, X: Any) -> Any:  # noqa: N803
        """Return what the estimator predicts."""
        return self.estimator.predict(X)

    def to_onnx(self) -> bytes:
        """Return the fitted estimator as ONNX."""
        width = int(self.estimator.n_features_in_)
        if not isinstance(self.estimator, xgboost.XGBModel):
            return estimator_to_onnx(self.estimator, width)
        if getattr(self.estimator, "early_stopping_rounds", None):
            raise NotCompilable(f"{self._name} has no ONNX form with early stopping: use this package's estimator")
        nameless = copy.deepcopy(self.estimator)
        nameless.get_booster().feature_names = None
        return (classifier_to_onnx if self.kind == "classification" else regressor_to_onnx)(nameless, width)

    def thresholds(self) -> dict[int, list[float]]:
        """Return the values that trees compare columns with, by column."""
        if isinstance(self.estimator, xgboost.XGBModel):
            return split_values_of_booster(self.estimator.get_booster())
        return split_values(self.estimator)

    def _fit(self, frame: pd.DataFrame, target: Column) -> None:
        raise NotImplementedError

    def _door(self) -> Door:
        if isinstance(self.estimator, xgboost.XGBModel):
            return Door(beyond="refused")
        dtype = input_type(self.estimator)
        return Door(
            dtype=dtype,
            missing=None if takes_missing(self.estimator) else "refused",
            beyond="refused" if dtype == "float32" else "kept",
        )

    @property
    def _name(self) -> str:
        return type(self.estimator).__name__


def is_estimator(step: Any) -> bool:
    """Return whether a pipeline's last step predicts."""
    return bool(is_classifier(step) or is_regressor(step))
