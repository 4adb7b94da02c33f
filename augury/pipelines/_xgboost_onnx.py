"""XGBoost models as ONNX."""

from __future__ import annotations

import json
import math
from typing import Any

from augury.artifacts import ONNX_INPUT, ONNX_LABEL, ONNX_PROBABILITIES, ONNX_VALUE
from augury.pipelines._not_compilable import NotCompilable

OPSET = 15
"""ONNX operator set of the models: the last with which the converter writes ai.onnx.ml 1, which every runtime has."""

_PLAIN_OBJECTIVES = frozenset(
    {
        "count:poisson",
        "reg:absoluteerror",
        "reg:gamma",
        "reg:pseudohubererror",
        "reg:quantileerror",
        "reg:squarederror",
        "reg:squaredlogerror",
        "reg:tweedie",
    }
)
"""Objectives of a regression whose predictions the converter reproduces."""


def classifier_to_onnx(model: Any, width: int) -> bytes:
    """Return a fitted ``xgboost.XGBClassifier`` as ONNX.

    Parameters
    ----------
    model : xgboost.XGBClassifier
        Fitted on a matrix without column names, with class ids from 0.
    width : int
        Columns of that matrix.

    Returns
    -------
    bytes
        Model from ``features`` to ``label`` and ``probabilities`` (a tensor, not a list of maps).
    """
    converted = _converted(model, width)
    outputs = [output.name for output in converted.graph.output]
    if outputs != [ONNX_LABEL, ONNX_PROBABILITIES]:
        raise ValueError(f"the converted model's outputs are {outputs}")
    if model.n_classes_ == 2:
        _set_base_margin(converted.graph.node[0], _base_score(model))
    return bytes(converted.SerializeToString())


def regressor_to_onnx(model: Any, width: int) -> bytes:
    """Return a fitted ``xgboost.XGBRegressor`` as ONNX, from ``features`` to ``value``.

    Raises
    ------
    NotCompilable
        The converter has no right form for the objective.
    """
    if model.objective not in _PLAIN_OBJECTIVES:
        raise NotCompilable(f"XGBoost's objective {model.objective!r} has no ONNX form")
    return _with_output(_converted(model, width), ONNX_VALUE)


def _converted(model: Any, width: int) -> Any:
    # The converter takes long to import, and only training needs it.
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    inputs = [(ONNX_INPUT, FloatTensorType([None, width]))]
    return convert_xgboost(model, name="model", initial_types=inputs, target_opset=OPSET)


def _with_output(converted: Any, name: str) -> bytes:
    """Return a model with its one output called as told."""
    (output,) = converted.graph.output
    for node in converted.graph.node:
        node.output[:] = [name if each == output.name else each for each in node.output]
    output.name = name
    return bytes(converted.SerializeToString())


def split_values_of_booster(booster: Any) -> dict[int, list[float]]:
    """Return the distinct split values of each column of numbers that the trees look at."""
    nodes = booster.trees_to_dataframe()
    splits = nodes[(nodes["Feature"] != "Leaf") & nodes["Split"].notna()]
    names = booster.feature_names or [f"f{column}" for column in range(booster.num_features())]
    return {
        names.index(feature): sorted({float(value) for value in values})
        for feature, values in splits.groupby("Feature")["Split"]
    }


def _base_score(model: Any) -> float:
    """Return the probability that a binary model starts from: as given, or as estimated in fit."""
    if model.base_score is not None:
        return float(model.base_score)
    stored = json.loads(model.get_booster().save_config())["learner"]["learner_model_param"]["base_score"]
    return float(stored.strip("[]"))


def _set_base_margin(node: Any, base_score: float) -> None:
    """Write the base score of a binary model as the margin that it is.

    onnxmltools 1.16 takes the score itself for the margin where the first tree is a bare leaf of 0.
    """
    from onnx.helper import make_attribute

    others = [attribute for attribute in node.attribute if attribute.name != "base_values"]
    del node.attribute[:]
    node.attribute.extend([*others, make_attribute("base_values", [math.log(base_score / (1 - base_score))])])
