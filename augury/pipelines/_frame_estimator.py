"""What every estimator on frames has in common: which columns are features, and how they become a matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from augury.pipelines._columns import Column, absent, column_type, numbers_of, texts_of
from augury.pipelines._frame_transform import checked_frame
from augury.plans import MAX_FEATURE, Block, Number, OneHot
from augury.schema import FieldType

type Matrix = NDArray[np.float32]


class FrameEstimator(BaseEstimator, ABC):  # type: ignore[misc]
    """Base of the estimators: frames in, features matched by name, and a plan and ONNX form.

    Numbers and booleans are columns of the matrix, in the order of the fitted frame; behind them, every other feature
    is one-hot by the texts that it had in ``fit``. A feature that a frame does not have is missing in every row.
    """

    target: str
    target_readable: str | None
    included: Collection[str] | None
    excluded: Collection[str] | None
    classes_: NDArray[Any]

    def to_plan(self) -> list[Block]:
        """Return the blocks of the vector that the fitted estimator takes."""
        return list(self.blocks_)

    @property
    @abstractmethod
    def class_names(self) -> tuple[str, ...] | None:
        """Readable names of the classes, in the order of the probabilities; None for a regressor."""

    @abstractmethod
    def predict_proba(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return the probabilities of the classes, one row each, in the order of ``classes_``."""

    @abstractmethod
    def to_onnx(self) -> bytes:
        """Return the fitted estimator as an ONNX model, from float32 vectors to its outputs."""

    @abstractmethod
    def thresholds(self) -> dict[int, list[float]]:
        """Return the values that the fitted estimator compares columns of the matrix with, by column."""

    def _fit_features(self, frame: pd.DataFrame) -> None:
        names = self._feature_names(frame)
        self.feature_names_in_ = np.asarray(names, dtype=object)
        self.n_features_in_ = len(names)
        blocks = [_block(frame[name]) for name in names]
        # One-hot blocks come last, as in the original; sorting is stable, so that frame order holds among each kind.
        self.blocks_: list[Block] = sorted((b for b in blocks if b.width), key=lambda block: isinstance(block, OneHot))
        if not self.blocks_:
            raise ValueError("no feature is left to learn from")

    def _feature_names(self, frame: pd.DataFrame) -> list[str]:
        included = list(frame.columns if self.included is None else self.included)
        unknown = [name for name in included if name not in frame]
        if unknown:
            raise ValueError(f"included column {unknown[0]!r} is not in the frame")
        left_out = {self.target, self.target_readable, *(self.excluded or ())}
        return [name for name in frame.columns if name in included and name not in left_out]

    def _matrix(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        frame = checked_frame(X)
        columns = [
            _columns(block, frame[block.field] if block.field in frame else absent(frame.index))
            for block in self.blocks_
        ]
        # As at serving: float64 up to here, and what is too large stands at the limit.
        return np.clip(np.concatenate(columns, axis=1), -MAX_FEATURE, MAX_FEATURE).astype(np.float32)


def _block(column: Column) -> Block:
    kind = column_type(column)
    if kind in (FieldType.NUMBER, FieldType.BOOLEAN):
        return Number(field=str(column.name))
    categories = sorted({text for text in texts_of(column) if text is not None})
    return OneHot(field=str(column.name), categories=tuple(categories))


def _columns(block: Block, column: Column) -> NDArray[np.float64]:
    if isinstance(block, Number):
        return numbers_of(column)[:, np.newaxis]
    texts = texts_of(column)
    codes = pd.Index(block.categories, dtype=object).get_indexer(pd.Index(texts, dtype=object))
    hot: NDArray[Any] = np.zeros((len(texts), block.width))
    rows = np.flatnonzero(codes >= 0)
    hot[rows, codes[rows]] = 1.0
    return hot
