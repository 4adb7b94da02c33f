"""The plan lane: the plan makes vectors, ONNX Runtime scores them, in this process and on this thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augury.artifacts import (
    MODEL_FILE,
    ONNX_INPUT,
    ONNX_PROBABILITIES,
    ONNX_VALUE,
    PLAN_FILE,
    Artifact,
    ArtifactRefused,
    Kind,
)
from augury.artifacts.session import open_session
from augury.plans import Plan
from augury.serving.models import Lane


class PlanScorer:
    """A plan and its model.

    Parameters
    ----------
    plan : Plan
        From fields to a vector.
    onnx : bytes
        The estimator.
    kind : {"classification", "regression"}
        What it predicts.

    Raises
    ------
    ArtifactRefused
        ONNX Runtime can't load the estimator.
    """

    def __init__(self, plan: Plan, onnx: bytes, kind: Kind) -> None:
        self._plan = plan
        self._session = open_session(onnx)
        self._outputs = [ONNX_PROBABILITIES if kind == "classification" else ONNX_VALUE]

    def score(self, rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
        """Return per row the probability of each class, or the one value."""
        matrix = self._plan.matrix(rows)
        (scores,) = self._session.run(self._outputs, {ONNX_INPUT: matrix})
        answers: list[list[float]] = scores.reshape(len(rows), -1).tolist()
        return answers

    def refuse_misfit(self, width: int) -> None:
        """Refuse a model that does not take the plan's vectors, or does not give so many numbers for one.

        Raises
        ------
        ArtifactRefused
            The model is another plan's, or another manifest's.
        """
        zeros = np.zeros((1, self._plan.width), dtype=self._plan.document.door.dtype)
        try:
            (scores,) = self._session.run(self._outputs, {ONNX_INPUT: zeros})
        except Exception as error:  # ONNX Runtime's own have no common class
            raise ArtifactRefused(MODEL_FILE, f"does not take the plan's {self._plan.width} {zeros.dtype}") from error
        if scores.size != width:
            raise ArtifactRefused(MODEL_FILE, f"gives {scores.size} numbers, where the manifest has {width}")


def plan_lane(artifact: Artifact) -> PlanScorer:
    """Return the scorer of an artifact by its plan and ONNX model, once they are found to fit each other.

    Raises
    ------
    ArtifactRefused
        Plan, model and manifest do not fit, or ONNX Runtime can't load the model.
    InvalidPlan
        The plan can't be read.
    """
    manifest, plan = artifact.manifest, Plan.load(artifact.files[PLAN_FILE])
    unknown = set(plan.inputs).difference(manifest.inputs.names)
    if unknown:
        raise ArtifactRefused(PLAN_FILE, f"reads {min(unknown)!r}, which the manifest's inputs do not have")
    scorer = PlanScorer(plan, artifact.files[MODEL_FILE], manifest.kind)
    scorer.refuse_misfit(len(manifest.classes or ()) or 1)
    return scorer


PLAN_LANE: Mapping[str, Lane] = {"plan": plan_lane}
"""The lanes of a process that has neither pandas nor scikit-learn."""
