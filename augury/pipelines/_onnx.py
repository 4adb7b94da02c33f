"""XGBoost models as ONNX."""

from __future__ import annotations

import math
from typing import Any

from augury.artifacts import ONNX_INPUT, ONNX_LABEL, ONNX_PROBABILITIES

OPSET = 15
"""ONNX operator set of the models: the last with which the converter writes ai.onnx.ml 1, which every runtime has."""


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
    # The converter takes long to import, and only training needs it.
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    converted = convert_xgboost(
        model, name="classifier", initial_types=[(ONNX_INPUT, FloatTensorType([None, width]))], target_opset=OPSET
    )
    outputs = [output.name for output in converted.graph.output]
    if outputs != [ONNX_LABEL, ONNX_PROBABILITIES]:
        raise ValueError(f"the converted model's outputs are {outputs}")
    if model.n_classes_ == 2:
        _set_base_margin(converted.graph.node[0], float(model.base_score))
    return bytes(converted.SerializeToString())


def _set_base_margin(node: Any, base_score: float) -> None:
    """Write the base score of a binary model as the margin that it is.

    onnxmltools 1.16 takes the score itself for the margin where the first tree is a bare leaf of 0.
    """
    from onnx.helper import make_attribute

    others = [attribute for attribute in node.attribute if attribute.name != "base_values"]
    del node.attribute[:]
    node.attribute.extend([*others, make_attribute("base_values", [math.log(base_score / (1 - base_score))])])
