"""What the XGBoost classifier and the XGBoost regressor share: their parameters, early stopping and their trees."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from augury.pipelines._blocks import Block, CodeBlock, EntriesBlock, block_of
from augury.pipelines._frame_estimator import Column, FrameEstimator, Matrix
from augury.pipelines._xgboost_onnx import split_values_of_booster

COMMON_PARAMETERS = (
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


class XGBoostEstimator(FrameEstimator):
    """Base of both estimators."""

    n_estimators: int
    nthread: int
    seed: int
    enable_categorical: bool | Collection[str]
    svmlight_feature: str | None
    early_stopping_rounds: int | None
    validation_fraction: float
    validation_order: str | None

    def thresholds(self) -> dict[int, list[float]]:
        """Return the distinct split values of each numeric column of the matrix that the trees look at."""
        return split_values_of_booster(self.model_.get_booster())

    def _block(self, column: Column, taken: set[str]) -> Block:
        if column.name == self.svmlight_feature:
            return EntriesBlock.of(column, taken)
        named = column.name in self._named_categories()
        return block_of(column, taken, native=named or self.enable_categorical is True, as_texts=named)

    def _named_categories(self) -> Collection[str]:
        return () if isinstance(self.enable_categorical, bool) else self.enable_categorical

    def _feature_names(self, frame: pd.DataFrame) -> list[str]:
        if self.svmlight_feature is None:
            return self._with_categories(super()._feature_names(frame))
        if self.svmlight_feature not in frame:
            raise ValueError(f"svmlight_feature {self.svmlight_feature!r} is not in the frame")
        return [self.svmlight_feature]

    def _with_categories(self, names: list[str]) -> list[str]:
        for category in self._named_categories():
            if category not in names:
                raise ValueError(f"enable_categorical names {category!r}, which is no feature; there are {names}")
        return names

    def _not_features(self) -> set[str | None]:
        return {*super()._not_features(), self.validation_order}

    def _trained(self, kind: type, parameters: dict[str, Any], matrix: Matrix, y: NDArray[Any], frame: Any) -> Any:
        """Return a fitted model, with as many trees as were best for held-out rows if early stopping is asked for."""
        parameters |= {name: getattr(self, name) for name in COMMON_PARAMETERS}
        parameters |= {"n_jobs": self.nthread, "random_state": self.seed, "feature_types": self._feature_types()}
        parameters["enable_categorical"] = "c" in (parameters["feature_types"] or ())
        if self.early_stopping_rounds is not None:
            kept, held_out = self._split(y, frame)
            trial = kind(**parameters, early_stopping_rounds=self.early_stopping_rounds)
            trial.fit(matrix[kept], y[kept], eval_set=[(matrix[held_out], y[held_out])], verbose=False)
            parameters["n_estimators"] = trial.best_iteration + 1
        self.n_estimators_ = parameters["n_estimators"]
        model = kind(**parameters).fit(matrix, y)
        model.set_params(n_jobs=1).get_booster().set_param("nthread", "1")
        return model

    def _feature_types(self) -> list[str] | None:
        types = ["c" if isinstance(block, CodeBlock) else "q" for block in self.blocks_ for _ in block.columns]
        return types if "c" in types else None

    def _split(self, y: NDArray[Any], frame: pd.DataFrame) -> tuple[Any, Any]:
        """Return which rows train and which choose the number of trees: the last ones, or any of each class."""
        rows = np.arange(len(y))
        size = max(1, round(len(y) * self.validation_fraction))
        if self.validation_order is None:
            classes = y if self.kind == "classification" and _can_be_stratified(y, size) else None
            return tuple(train_test_split(rows, test_size=size, random_state=self.seed, stratify=classes))
        if self.validation_order not in frame:
            raise ValueError(f"validation_order {self.validation_order!r} is not in the frame")
        ordered = np.argsort(frame[self.validation_order].to_numpy(), kind="stable")
        return ordered[:-size], ordered[-size:]


def _can_be_stratified(codes: NDArray[Any], size: int) -> bool:
    counts = np.bincount(codes)
    return bool(counts.min() >= 2 and size >= len(counts) and len(codes) - size >= len(counts))
