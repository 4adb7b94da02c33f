"""Whether what serves a pipeline answers as the fitted pipeline does."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from sklearn.pipeline import Pipeline

from augury.artifacts import ONNX_INPUT, ONNX_PROBABILITIES, ParitySummary
from augury.pipelines._adversaries import adversarial_records
from augury.pipelines._columns import records_of
from augury.pipelines._compile import Compiled, estimator_of, transforms_of

TOLERANCE = 1e-6
"""Greatest absolute difference of a probability at which the two still agree."""

type Probabilities = NDArray[np.float32]


class ParityReport(BaseModel):
    """Plan and model against the fitted pipeline, on every training row and on adversarial ones.

    Parameters
    ----------
    training_rows, adversarial_rows : int
        Rows compared.
    unanswered_rows : int
        Rows that the fitted pipeline leaves out, which are not compared.
    max_difference : float
        Greatest absolute difference of a probability.
    class_disagreements : int
        Rows in which the two pick classes whose fitted probabilities differ by more than the tolerance.
    tolerance : float
        Greatest difference at which the two agree.
    worst : dict, optional
        Record with the greatest difference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    training_rows: int
    adversarial_rows: int
    unanswered_rows: int
    max_difference: float
    class_disagreements: int
    tolerance: float
    worst: dict[str, Any] | None

    @property
    def rows(self) -> int:
        """All rows compared."""
        return self.training_rows + self.adversarial_rows

    @property
    def agrees(self) -> bool:
        """Whether every probability is within the tolerance and no row's class differs."""
        return self.rows > 0 and self.max_difference <= self.tolerance and self.class_disagreements == 0

    def summary(self) -> ParitySummary:
        """Return what the manifest keeps of the report."""
        return ParitySummary(
            rows=self.rows,
            max_difference=self.max_difference,
            class_disagreements=self.class_disagreements,
            tolerance=self.tolerance,
            agrees=self.agrees,
        )


class _Comparison(NamedTuple):
    records: list[dict[str, Any]]
    fitted: Probabilities
    served: Probabilities
    unanswered: int


def parity_report(
    pipeline: Pipeline, compiled: Compiled, frame: pd.DataFrame, tolerance: float = TOLERANCE
) -> ParityReport:
    """Compare what was compiled with what was fitted.

    The fitted pipeline is given frames with exactly the columns that the plan reads, null where a record has no value:
    that is what predicting without a label means, so that a step that makes the target does nothing.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted pipeline.
    compiled : Compiled
        What :func:`compile_pipeline` made of it.
    frame : pandas.DataFrame
        The raw training frame.
    tolerance : float, default 1e-6
        Greatest absolute difference of a probability at which the two agree.

    Returns
    -------
    ParityReport
    """
    inputs = frame[list(compiled.plan.inputs)].reset_index(drop=True)
    thresholds = estimator_of(pipeline).thresholds()
    awkward = adversarial_records(compiled.inputs, compiled.plan, thresholds, records_of(inputs))
    parts = [
        _compare(pipeline, compiled, inputs, records_of(inputs)),
        _compare(pipeline, compiled, pd.DataFrame(awkward, columns=list(compiled.plan.inputs)), awkward),
    ]
    differences = np.concatenate([_differences(part) for part in parts])
    records = [record for part in parts for record in part.records]
    return ParityReport(
        training_rows=len(parts[0].records),
        adversarial_rows=len(parts[1].records),
        unanswered_rows=sum(part.unanswered for part in parts),
        max_difference=float(differences.max(initial=0.0)),
        class_disagreements=sum(_disagreements(part, tolerance) for part in parts),
        tolerance=tolerance,
        worst=records[int(differences.argmax())] if records else None,
    )


def _compare(pipeline: Pipeline, compiled: Compiled, frame: pd.DataFrame, records: list[dict[str, Any]]) -> _Comparison:
    transformed = frame
    for transform in transforms_of(pipeline):
        transformed = transform.transform(transformed)
    answered = [records[row] for row in transformed.index]
    fitted = estimator_of(pipeline).predict_proba(transformed)
    return _Comparison(answered, fitted, _served(compiled, answered), len(records) - len(answered))


def _served(compiled: Compiled, records: list[dict[str, Any]]) -> Probabilities:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(compiled.model, options)
    vectors = [compiled.plan.vector(record) for record in records]
    matrix = np.array(vectors, dtype=np.float32).reshape(len(vectors), compiled.plan.width)
    return np.asarray(session.run([ONNX_PROBABILITIES], {ONNX_INPUT: matrix})[0])


def _differences(part: _Comparison) -> NDArray[np.float64]:
    difference = np.abs(part.fitted.astype(np.float64) - part.served.astype(np.float64)).max(axis=1, initial=0.0)
    return np.where(np.isnan(difference), np.inf, difference)


def _disagreements(part: _Comparison, tolerance: float) -> int:
    """Count rows of another class; of classes that tie in the fitted pipeline, either is right."""
    picked = np.take_along_axis(part.fitted, part.served.argmax(axis=1)[:, np.newaxis], axis=1)[:, 0]
    return int((part.fitted.max(axis=1) - picked > tolerance).sum())
