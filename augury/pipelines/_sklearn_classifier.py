"""Any classifier of scikit-learn, on frames."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from augury.pipelines._frame_classifier import Codes, FrameClassifier
from augury.pipelines._frame_estimator import Matrix
from augury.pipelines._sklearn_model import SKLearnModel, plain_numbers


class SKLearnClassifier(FrameClassifier, SKLearnModel):
    """A scikit-learn classifier on frames: features by name, classes by their ids.

    A missing number is 0, as in the original: put a transform before it where something else should stand there, such
    as AutoTransform, with which it is the mean. Texts are one-hot by the values that they had in ``fit``.

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
    clf : scikit-learn classifier
        Has ``predict_proba``. It is cloned, not changed.

    Attributes
    ----------
    classes_ : numpy.ndarray
        Distinct values of the target, sorted; the order of the columns of ``predict_proba``.
    class_names_ : list of str
        Readable name of each class.
    model_ : scikit-learn classifier
        The fitted clone; its classes are positions in ``classes_``.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> frame = pd.DataFrame({"f1": [1.0, 2.0, 3.0, 4.0], "city": [*"xyxy"], "id": [7, 7, 9, 9]})
    >>> classifier = SKLearnClassifier("id", clf=LogisticRegression()).fit(frame)
    >>> classifier.predict(pd.DataFrame({"f1": [1.5, 3.5]})).tolist()
    [7, 9]
    """

    def __init__(
        self,
        target: str,
        target_readable: str | None = None,
        included: Collection[str] | None = None,
        excluded: Collection[str] | None = None,
        *,
        clf: Any,
    ) -> None:
        self.target = target
        self.target_readable = target_readable
        self.included = included
        self.excluded = excluded
        self.clf = clf

    def _fit_model(self, matrix: Matrix, codes: Codes, frame: pd.DataFrame) -> None:  # noqa: ARG002
        model = self._fitted_model(matrix, codes)
        if not hasattr(model, "predict_proba"):
            raise ValueError(f"clf {type(model).__name__} has no predict_proba: wrap it in a CalibratedClassifierCV")
        self.model_ = model

    def _probabilities(self, matrix: Matrix) -> Matrix:
        return plain_numbers(self.model_.predict_proba(matrix))
