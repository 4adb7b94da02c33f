"""Whether what serves a pipeline answers as the fitted pipeline does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from sklearn.pipeline import Pipeline

from augury.artifacts import ONNX_INPUT, ONNX_PROBABILITIES, ONNX_VALUE, Kind, ParitySummary
from augury.artifacts.session import open_session
from augury.pipelines._adversaries import adversarial_records
from augury.pipelines._answers import Answers, fitted_answers, kind_of
from augury.pipelines._columns import records_of
from augury.pipelines._compile import Compiled, predictor_of
from augury.pipelines._differences import (
    RELATIVE_TOLERANCE,
    TOLERANCE,
    Numbers,
    absolute_differences,
    class_disagreements,
    relative_differences,
    root_mean_square,
)
from augury.pipelines._not_compilable import NotCompilable
from augury.pipelines._schema import as_json, frame_of
from augury.plans import Plan, Unanswerable
from augury.schema import InputSchema

_CHUNK_ROWS = 20_000
_SAMPLE_ROWS = 500
_MOST = float(np.finfo(np.float64).max)

type Record = dict[str, Any]
type Served = Callable[[Sequence[Record]], Answers]
"""What is served: records in, answers out."""


class ParityReport(BaseModel):
    """What is served against the fitted pipeline, on every training row and on adversarial ones.

    Parameters
    ----------
    kind : {"classification", "regression"}
        What is predicted.
    training_rows, adversarial_rows : int
        Rows compared.
    unanswered_rows : int
        Rows that both refuse.
    max_difference : float
        Greatest absolute difference of a probability. Of a regression, the greatest difference relative to the fitted
        value; a value near zero, where float32 leaves nothing to compare, counts as a tenth of the root mean square of
        the fitted values of the first training rows, 20,000 at most.
    strict_difference : float, optional
        Of a regression, the greatest difference relative to the fitted value, however small that is; the greatest
        float where only the fitted value is 0.
    near_zero_rows : int
        Rows of a regression that agree only because they are near zero.
    class_disagreements : int
        Rows in which the two pick classes whose fitted probabilities differ by more than the tolerance.
    refusal_disagreements : int
        Rows that one answers and the other refuses, but for those that the schema's check refuses beforehand.
    tolerance : float
        Greatest difference at which the two agree.
    worst : dict, optional
        Record with the greatest difference, or one that only one of the two refuses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "classification"
    training_rows: int
    adversarial_rows: int
    unanswered_rows: int
    max_difference: float
    strict_difference: float | None = None
    near_zero_rows: int = 0
    class_disagreements: int
    refusal_disagreements: int = 0
    tolerance: float
    worst: Record | None

    @property
    def rows(self) -> int:
        """All rows compared."""
        return self.training_rows + self.adversarial_rows

    @property
    def agrees(self) -> bool:
        """Whether every number is within the tolerance, and no row's class or refusal differs."""
        return self.rows > 0 and self.difference is None

    @property
    def difference(self) -> str | None:
        """In what the two differ, in words; None where they agree."""
        found = []
        if not self.max_difference <= self.tolerance:
            found.append(f"numbers differ by {self.max_difference:.3g} (tolerance {self.tolerance:g})")
        if self.class_disagreements:
            found.append(f"the class differs in {self.class_disagreements} of {self.rows} rows")
        if self.refusal_disagreements:
            found.append(f"only one of them refuses {self.refusal_disagreements} of {self.rows} rows")
        return f"{', '.join(found)}; the worst is {self.worst}" if found else None

    def summary(self) -> ParitySummary:
        """Return what the manifest keeps of the report."""
        return ParitySummary(
            rows=self.rows,
            max_difference=min(self.max_difference, _MOST),
            strict_difference=self.strict_difference,
            near_zero_rows=self.near_zero_rows,
            class_disagreements=self.class_disagreements,
            refusal_disagreements=self.refusal_disagreements,
            tolerance=self.tolerance,
            agrees=self.agrees,
        )


def parity_report(pipeline: Pipeline, compiled: Compiled, frame: pd.DataFrame) -> ParityReport:
    """Compare a plan and its model with the pipeline that they came from.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        The fitted pipeline.
    compiled : Compiled
        What it was compiled to.
    frame : pandas.DataFrame
        The raw frame that it was fitted on.
    """
    served = _planned(compiled.plan, compiled.model, kind_of(pipeline))
    sample = _sample(frame, compiled.inputs)
    thresholds = predictor_of(pipeline).thresholds()
    awkward = adversarial_records(compiled.inputs, sample, compiled.plan, thresholds) if sample else []
    return compare(pipeline, served, compiled.inputs, frame, awkward)


def parity_of_lane(pipeline: Pipeline, served: Served, inputs: InputSchema, frame: pd.DataFrame) -> ParityReport:
    """Compare what serves a pipeline without a plan with the fitted pipeline."""
    sample = _sample(frame, inputs)
    return compare(pipeline, served, inputs, frame, adversarial_records(inputs, sample) if sample else [])


def compare(
    pipeline: Pipeline, served: Served, inputs: InputSchema, frame: pd.DataFrame, awkward: Sequence[Record]
) -> ParityReport:
    """Compare whatever serves a pipeline with it, on all rows of a frame and on further records."""
    tally = _Tally(pipeline, served, inputs)
    columns = frame[list(inputs.names)].reset_index(drop=True)
    for start in range(0, len(columns), _CHUNK_ROWS):
        tally.add(records_of(as_json(columns.iloc[start : start + _CHUNK_ROWS])))
    tally.size = tally.size or 0.0  # nothing is near zero where no training row says what is
    for start in range(0, len(awkward), _CHUNK_ROWS):
        tally.add(awkward[start : start + _CHUNK_ROWS])
    return tally.report(len(columns), len(awkward))


@dataclass
class _Tally:
    """The comparison so far."""

    pipeline: Pipeline
    served: Served
    inputs: InputSchema
    unanswered: int = 0
    refusals: int = 0
    classes: int = 0
    near_zero: int = 0
    strict: float = 0.0
    greatest: float = 0.0
    worst: Record | None = None
    refused_by_one: Record | None = None
    size: float | None = None

    def add(self, records: Sequence[Record]) -> None:
        """Compare some more records; the first ones added are training rows."""
        fitted, served = fitted_answers(self.pipeline, frame_of(records, self.inputs)), self.served(records)
        self._add_refusals(records, fitted, served)
        both = np.flatnonzero(fitted.answered & served.answered)
        if len(both) == 0:
            return
        differences = self._differences(fitted.values[both], served.values[both])
        at = int(differences.argmax())
        if self.worst is None or differences[at] > self.greatest:
            self.greatest, self.worst = float(differences[at]), records[both[at]]

    def _differences(self, expected: Numbers, found: Numbers) -> Numbers:
        if kind_of(self.pipeline) == "classification":
            self.classes += class_disagreements(expected, found)
            return absolute_differences(expected, found)
        if self.size is None:
            self.size = root_mean_square(expected)
        judged, strict = relative_differences(expected, found, self.size)
        self.strict = max(self.strict, float(strict.max()))
        self.near_zero += int(((judged <= RELATIVE_TOLERANCE) & (strict > RELATIVE_TOLERANCE)).sum())
        return judged

    def _add_refusals(self, records: Sequence[Record], fitted: Answers, served: Answers) -> None:
        self.unanswered += int((~fitted.answered & ~served.answered).sum())
        for row in np.flatnonzero(fitted.answered != served.answered).tolist():
            if not self.inputs.problems(records[row]):
                self.refusals += 1
                self.refused_by_one = records[row]

    def report(self, training_rows: int, adversarial_rows: int) -> ParityReport:
        kind = kind_of(self.pipeline)
        return ParityReport(
            kind=kind,
            training_rows=training_rows,
            adversarial_rows=adversarial_rows,
            unanswered_rows=self.unanswered,
            max_difference=self.greatest,
            strict_difference=min(self.strict, _MOST) if kind == "regression" else None,
            near_zero_rows=self.near_zero,
            class_disagreements=self.classes,
            refusal_disagreements=self.refusals,
            tolerance=RELATIVE_TOLERANCE if kind == "regression" else TOLERANCE,
            worst=self.refused_by_one or self.worst,
        )


def _sample(frame: pd.DataFrame, inputs: InputSchema) -> list[Record]:
    step = max(1, len(frame) // _SAMPLE_ROWS)
    return records_of(as_json(frame[list(inputs.names)].iloc[::step]))


def _planned(plan: Plan, model: bytes, kind: Kind) -> Served:
    """Return plan and model as what is served."""
    session = open_session(model)
    output = ONNX_PROBABILITIES if kind == "classification" else ONNX_VALUE

    def answers(records: Sequence[Record]) -> Answers:
        rows, matrix = _vectors(plan, records)
        if len(rows) == 0:
            return Answers(np.full((len(records), 0), np.nan), np.zeros(len(records), dtype=bool))
        values = np.asarray(session.run([output], {ONNX_INPUT: matrix})[0])
        return Answers.of_rows(len(records), rows, values.reshape(len(rows), -1))

    return answers


def _vectors(plan: Plan, records: Sequence[Record]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return the vectors of the records that the plan answers, and their positions: one by one, and as a batch.

    Raises
    ------
    NotCompilable
        The two differ.
    """
    vectors: dict[int, list[float]] = {}
    for row, record in enumerate(records):
        with suppress(Unanswerable):
            vectors[row] = plan.vector(record)
    try:
        batch = plan.matrix([records[row] for row in vectors])
    except Unanswerable as refusal:
        raise NotCompilable(f"the plan refuses in a batch what it answers singly: {refusal}") from None
    singly = np.array(list(vectors.values()), dtype=batch.dtype).reshape(batch.shape)
    if not np.array_equal(singly, batch, equal_nan=True):
        raise NotCompilable("the plan answers a batch otherwise than its records one by one")
    return np.array(list(vectors), dtype=np.intp), batch
