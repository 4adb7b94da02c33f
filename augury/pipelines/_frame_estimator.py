"""What every estimator on frames has in common: which columns are features, and how they become a matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from augury.artifacts import Kind
from augury.pipelines._blocks import Block, NumberBlock, block_of
from augury.pipelines._columns import absent
from augury.pipelines._frame_transform import checked_frame
from augury.plans import MAX_FEATURE, AnyStep, Door

type Column = pd.Series[Any]
type Matrix = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ModelInput:
    """How the vector is made that a fitted estimator takes.

    Parameters
    ----------
    steps : tuple of step
        Plan steps from the fields that the estimator sees to the vector's fields.
    vector : tuple of str
        Fields of the vector, in its order.
    door : Door
        How their numbers enter the model.
    """

    steps: tuple[AnyStep, ...]
    vector: tuple[str, ...]
    door: Door


class FrameEstimator(BaseEstimator, ABC):  # type: ignore[misc]
    """Base of the estimators: frames in, features matched by name, and a plan and ONNX form.

    Numbers and booleans are columns of the matrix, in the order of the fitted frame; behind them stand the columns of
    all other features, one-hot by the texts that they had in ``fit``, or one per key of the objects that they held. A
    feature that a frame does not have is missing in every row.

    Attributes
    ----------
    kind : {"classification", "regression"}
        What is predicted.
    """

    kind: ClassVar[Kind]
    target: str
    target_readable: str | None
    included: Collection[str] | None
    excluded: Collection[str] | None

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
            There is no target, a row has none, it does not suit the estimator, or no feature is left.
        """
        frame = checked_frame(X)
        target = self._target(frame, y)
        self._fit_features(frame)
        self._fit(frame, target)
        return self

    def to_plan(self) -> ModelInput:
        """Return how the vector is made that the fitted estimator takes."""
        check_is_fitted(self)
        return ModelInput(
            steps=tuple(step for block in self.blocks_ for step in block.steps()),
            vector=tuple(name for block in self.blocks_ for name in block.columns),
            door=self._door(),
        )

    @property
    @abstractmethod
    def class_names(self) -> tuple[str, ...] | None:
        """Readable names of the classes, in the order of the probabilities; None for a regression."""

    @abstractmethod
    def scores(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return what is served of each row: the probability of each class, or the one value."""

    @abstractmethod
    def to_onnx(self) -> bytes:
        """Return the fitted estimator as an ONNX model, from vectors to its outputs.

        Raises
        ------
        NotCompilable
            The estimator has no ONNX form.
        """

    @abstractmethod
    def thresholds(self) -> dict[int, list[float]]:
        """Return the values that the fitted estimator compares columns of the matrix with, by column."""

    @abstractmethod
    def _fit(self, frame: pd.DataFrame, target: Column) -> None: ...

    def _door(self) -> Door:
        return Door()

    def _block(self, column: Column, taken: set[str]) -> Block:
        return block_of(column, taken)

    def _not_features(self) -> set[str | None]:
        return {self.target, self.target_readable, *(self.excluded or ())}

    def _fit_features(self, frame: pd.DataFrame) -> None:
        names = self._feature_names(frame)
        self.feature_names_in_ = np.asarray(names, dtype=object)
        self.n_features_in_ = len(names)
        blocks, taken = [], set(names)
        for name in names:
            blocks.append(self._block(frame[name], taken))
            taken.update(blocks[-1].columns)
        # Numbers come first, as in the original; sorting is stable, so that frame order holds among each kind.
        self.blocks_ = sorted((b for b in blocks if b.columns), key=lambda block: not isinstance(block, NumberBlock))
        if not self.blocks_:
            raise ValueError("no feature is left to learn from")

    def _feature_names(self, frame: pd.DataFrame) -> list[str]:
        included = list(frame.columns if self.included is None else self.included)
        unknown = [name for name in included if name not in frame]
        if unknown:
            raise ValueError(f"included column {unknown[0]!r} is not in the frame")
        left_out = self._not_features()
        return [name for name in frame.columns if name in included and name not in left_out]

    def _matrix(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        frame, door = checked_frame(X), self._door()
        columns = [
            block.matrix(frame[block.field] if block.field in frame else absent(frame.index)) for block in self.blocks_
        ]
        # As at serving: float64 up to here, and what is too large stands at the limit.
        matrix = np.clip(np.concatenate(columns, axis=1), -MAX_FEATURE, MAX_FEATURE)
        if isinstance(door.missing, float):
            matrix[np.isnan(matrix)] = door.missing
        return matrix.astype(door.dtype, copy=False)

    def _target(self, frame: pd.DataFrame, y: Any) -> Column:
        if self.target not in frame and y is None:
            raise ValueError(f"the frame has no target column {self.target!r}")
        target = frame[self.target] if self.target in frame else pd.Series(np.asarray(y), index=frame.index)
        if target.isna().any():
            raise ValueError(f"target {self.target!r} is missing in {int(target.isna().sum())} of {len(target)} rows")
        return target.rename(self.target)
