"""scikit-learn's estimators as ONNX."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import onnxruntime
from sklearn.base import is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    BaseEnsemble,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, SVR, NuSVC, NuSVR
from sklearn.tree import BaseDecisionTree
from sklearn.utils import get_tags

from augury.artifacts import ONNX_INPUT, ONNX_LABEL, ONNX_PROBABILITIES, ONNX_VALUE
from augury.pipelines._not_compilable import NotCompilable

OPSETS = {"": 18, "ai.onnx.ml": 3}
"""ONNX operator sets of the models: the last whose trees skl2onnx 1.20 writes as one operator."""

_SINGLE_PRECISION = (BaseDecisionTree, BaseEnsemble, SVC, SVR, NuSVC, NuSVR)
"""Trees compare float32, in scikit-learn too; the runtime has support vector machines for float32 only."""


_DECIDING = (
    BaseDecisionTree,
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)


def input_type(estimator: Any) -> Literal["float32", "float64"]:
    """Return the type of number that an estimator is given, fitted or not: float64 unless a part of it takes float32.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> input_type(LogisticRegression()), input_type(DecisionTreeClassifier())
    ('float64', 'float32')
    """
    parts = [estimator, *estimator.get_params(deep=True).values()]
    return "float32" if any(isinstance(part, _SINGLE_PRECISION) for part in parts) else "float64"


def estimator_to_onnx(estimator: Any, width: int) -> bytes:
    """Return a fitted scikit-learn estimator as ONNX, with the input type of :func:`input_type`.

    Parameters
    ----------
    estimator : scikit-learn classifier or regressor
        Fitted; the classes of a classifier are integers.
    width : int
        Columns of the matrix that it was fitted on.

    Returns
    -------
    bytes
        Model from ``features`` to ``label`` and ``probabilities``, or to ``value``.

    Raises
    ------
    NotCompilable
        The converter does not know the estimator, or a parameter of it.
    """
    # The converter takes long to import, and only training needs it.
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    name, estimator = type(estimator).__name__, _convertible(estimator)
    tensor = {"float32": FloatTensorType, "float64": DoubleTensorType}[input_type(estimator)]
    options = {id(estimator): {"zipmap": False}} if is_classifier(estimator) else None
    # Its errors have no common class: they come from its checks, from numpy and from ONNX.
    try:
        converted = convert_sklearn(
            estimator,
            name=type(estimator).__name__,  # else it is random, and the same model never the same file
            initial_types=[(ONNX_INPUT, tensor([None, width]))],
            options=options,
            target_opset=OPSETS,
        )
        _name_outputs(converted.graph, [ONNX_LABEL, ONNX_PROBABILITIES] if is_classifier(estimator) else [ONNX_VALUE])
        if takes_missing(estimator):
            _send_missing_on(converted.graph, list(_trees(estimator)))
        body = bytes(converted.SerializeToString())
        # Some conversions come to operators that the runtime lacks.
        onnxruntime.InferenceSession(body)
    except Exception as error:
        raise NotCompilable(f"{name} has no ONNX form: {_first_line(error)}") from error
    return body


def takes_missing(estimator: Any) -> bool:
    """Return whether an estimator decides about missing numbers itself, in a way that its ONNX form has too."""
    return isinstance(estimator, _DECIDING) and bool(get_tags(estimator).input_tags.allow_nan)


def _send_missing_on(graph: Any, trees: list[Any]) -> None:
    """Say which way a missing number goes at each node, which skl2onnx 1.20 leaves out for trees and forests."""
    for node in graph.node:
        attributes = {attribute.name: attribute for attribute in node.attribute}
        if "nodes_missing_value_tracks_true" in attributes:
            nodes = zip(attributes["nodes_treeids"].ints, attributes["nodes_nodeids"].ints, strict=True)
            goes_left = [int(trees[tree].missing_go_to_left[number]) for tree, number in nodes]
            attributes["nodes_missing_value_tracks_true"].ints[:] = goes_left


def _convertible(estimator: Any) -> Any:
    """Return an estimator that answers alike and is converted right.

    skl2onnx 1.20 takes two classes of a linear discriminant analysis for many; they are those of a logistic regression.
    """
    if not isinstance(estimator, LinearDiscriminantAnalysis) or len(estimator.classes_) != 2:
        return estimator
    logistic = LogisticRegression()
    for name in ("classes_", "coef_", "intercept_", "n_features_in_"):
        setattr(logistic, name, getattr(estimator, name))
    return logistic


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _name_outputs(graph: Any, names: list[str]) -> None:
    renamed = {output.name: name for output, name in zip(graph.output, names, strict=True)}
    for node in graph.node:
        node.output[:] = [renamed.get(name, name) for name in node.output]
        node.input[:] = [renamed.get(name, name) for name in node.input]
    for output in graph.output:
        output.name = renamed[output.name]


def split_values(estimator: Any) -> dict[int, list[float]]:
    """Return the distinct values that the trees of a fitted estimator, if it has any, compare each column with."""
    found: defaultdict[int, set[float]] = defaultdict(set)
    for tree in _trees(estimator):
        for column, threshold in zip(tree.feature.tolist(), tree.threshold.tolist(), strict=True):
            if column >= 0:
                found[column].add(threshold)
    return {column: sorted(values) for column, values in sorted(found.items())}


def _trees(estimator: Any) -> Iterator[Any]:
    if isinstance(estimator, BaseDecisionTree):
        yield estimator.tree_
    # Of the ensembles, only those of one kind of estimator are looked into; the others' columns may be chosen anew.
    elif isinstance(estimator, BaseEnsemble) and not hasattr(estimator, "estimators_features_"):
        for part in np.ravel(np.asarray(estimator.estimators_, dtype=object)):
            yield from _trees(part)
