"""What serves an estimator: its plan and its ONNX model."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray

from augury.artifacts import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE
from augury.pipelines import FrameEstimator, records_of
from augury.plans import Plan


def plan_of(estimator: FrameEstimator) -> Plan:
    """Return the plan of a fitted estimator, stored and read back."""
    found = estimator.to_plan()
    return Plan.load(Plan(found.steps, found.vector, found.door).dump())


def run(model: bytes, kind: str, matrix: NDArray[Any]) -> NDArray[np.float64]:
    """Return what an ONNX model scores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options)
    output = ONNX_PROBABILITIES if kind == "classification" else ONNX_VALUE
    scores = session.run([output], {ONNX_INPUT: matrix})[0]
    return np.asarray(scores, dtype=np.float64).reshape(len(matrix), -1)


def served(estimator: FrameEstimator, frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return what is served for the records of a frame."""
    return run(estimator.to_onnx(), estimator.kind, plan_of(estimator).matrix(records_of(frame)))


def assert_served_alike(estimator: FrameEstimator, frame: pd.DataFrame) -> None:
    """Both answer alike: probabilities within 1e-6, values within 1e-5 of themselves or of what is usual."""
    fitted = np.asarray(estimator.scores(frame), dtype=np.float64)
    assert np.isfinite(fitted).all()
    usual = 1.0 if estimator.kind == "classification" else max(1.0, float(np.abs(fitted).std()))
    scale = usual if estimator.kind == "classification" else np.maximum(np.abs(fitted), usual)
    tolerance = 1e-6 if estimator.kind == "classification" else 1e-5
    assert (np.abs(served(estimator, frame) - fitted) <= tolerance * scale).all()
