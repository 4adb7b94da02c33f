"""A loaded model: what it expects, and how it scores rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import onnxruntime as ort

from augury.artifacts import MODEL_FILE, ONNX_INPUT, ONNX_PROBABILITIES, PLAN_FILE, Artifact, Manifest
from augury.errors import MAX_DETAILS, AuguryError, Detail, Kind
from augury.plans import Plan
from augury.serving.answers import class_predictions

MAX_PREDICTIONS = 40_000
"""Most rows times classes in one answer: at some 100 bytes each they stay below the 6 MB that Lambda answers with."""


class NotServable(Exception):
    """An artifact that this process has no lane for."""


class Scorer(Protocol):
    """A lane of serving: from checked rows to one number per class and row."""

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class, in the order of the manifest's classes."""


class PlanScorer:
    """The plan lane: the plan makes a vector, ONNX Runtime scores it, in this process and on this thread.

    Parameters
    ----------
    plan : Plan
        From fields to a vector.
    onnx : bytes
        The estimator.

    Raises
    ------
    NotServable
        ONNX Runtime can't load the estimator.
    """

    def __init__(self, plan: Plan, onnx: bytes) -> None:
        self._plan = plan
        options = ort.SessionOptions()
        # One row is far too little work to share among threads.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own have no common class
            raise NotServable(f"ONNX Runtime can't load the model: {type(error).__name__}") from error

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class."""
        matrix = np.array([self._plan.vector(row) for row in rows], dtype=np.float32)
        (scores,) = self._session.run([ONNX_PROBABILITIES], {ONNX_INPUT: matrix})
        answers: list[list[float]] = scores.tolist()
        return answers


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a pipeline, ready to answer.

    Parameters
    ----------
    manifest : Manifest
        What the artifact says of itself.
    scorer : Scorer
        The lane that it is served by.
    size_bytes : int
        Size of its files, an estimate of what it holds in memory.
    """

    manifest: Manifest
    scorer: Scorer
    size_bytes: int

    @property
    def classes(self) -> Sequence[str]:
        """Readable class names, in the order of the scores."""
        return self.manifest.classes or ()

    def predict(self, rows: Sequence[Mapping[str, Any]], *, single: bool) -> list[list[dict[str, Any]]]:
        """Return per row the predictions as they are answered.

        Raises
        ------
        AuguryError
            ``SCHEMA_MISMATCH``: some row does not fit; offending fields are named, up to 100. ``BODY_TOO_LARGE``:
            the answer would not fit into one of Lambda's.
        """
        if len(rows) * len(self.classes) > MAX_PREDICTIONS:
            most = MAX_PREDICTIONS // len(self.classes)
            raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("data",), f"{len(rows)} rows; send at most {most}")])
        problems: list[Detail] = []
        for index, row in enumerate(rows):
            problems += self.manifest.inputs.problems(row, ("data",) if single else ("data", index))
            if len(problems) >= MAX_DETAILS:
                break
        if problems:
            raise AuguryError(Kind.SCHEMA_MISMATCH, problems)
        return [class_predictions(self.classes, scores) for scores in self.scorer.score(rows)]


def load_model(artifact: Artifact) -> Model:
    """Return the model of a verified artifact.

    Raises
    ------
    NotServable
        The artifact needs another lane than this process has.
    """
    if artifact.manifest.lane != "plan" or artifact.manifest.classes is None:
        raise NotServable(f"a {artifact.manifest.lane} artifact needs a lane that is not here")
    onnx, plan = artifact.files[MODEL_FILE], artifact.files[PLAN_FILE]
    return Model(artifact.manifest, PlanScorer(Plan.load(plan), onnx), len(onnx) + len(plan))
