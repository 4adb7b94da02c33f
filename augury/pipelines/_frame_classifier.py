"""What classifiers on frames have in common: classes by their ids, and their readable names."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from augury.artifacts import Kind
from augury.pipelines._columns import column_type, texts_of
from augury.pipelines._frame_estimator import Column, FrameEstimator, Matrix
from augury.schema import FieldType

type Codes = NDArray[np.intp]


class FrameClassifier(ClassifierMixin, FrameEstimator):  # type: ignore[misc]
    """Base of the classifiers. The model inside learns positions in ``classes_``, never the target's own values.

    Attributes
    ----------
    classes_ : numpy.ndarray
        Distinct values of the target, sorted; the order of the columns of ``predict_proba``.
    class_names_ : list of str
        Readable name of each class: the one most frequent beside it, the class itself without ``target_readable``.
    """

    kind: ClassVar[Kind] = "classification"

    def predict_proba(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return the probabilities of the classes, one row each, in the order of ``classes_``."""
        check_is_fitted(self)
        matrix = self._matrix(X)
        if len(matrix) == 0:
            return np.empty((0, len(self.classes_)), dtype=matrix.dtype)
        return self._probabilities(matrix)

    def predict(self, X: pd.DataFrame) -> NDArray[Any]:  # noqa: N803
        """Return the most probable class of each row, as it stood in the target."""
        probabilities = self.predict_proba(X)
        return np.asarray(self.classes_[probabilities.argmax(axis=1)])

    def scores(self, X: pd.DataFrame) -> Matrix:  # noqa: N803
        """Return the probabilities of the classes."""
        return self.predict_proba(X)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Readable names of the classes, in the order of ``classes_``."""
        return tuple(self.class_names_)

    @abstractmethod
    def _fit_model(self, matrix: Matrix, codes: Codes, frame: pd.DataFrame) -> None: ...

    @abstractmethod
    def _probabilities(self, matrix: Matrix) -> Matrix: ...

    def _fit(self, frame: pd.DataFrame, target: Column) -> None:
        if column_type(target) is FieldType.ANY and len(target):
            raise ValueError(f"target {self.target!r} holds values of several types")
        self.classes_, codes = np.unique(target.to_numpy(), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"target {self.target!r} has one class only: {self.classes_.tolist()}")
        self.class_names_ = self._readable_names(frame, codes)
        self._fit_model(self._matrix(frame), codes, frame)

    def _readable_names(self, frame: pd.DataFrame, codes: Codes) -> list[str]:
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


def _most_frequent(names: list[str], default: str) -> str:
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name), default=default)
