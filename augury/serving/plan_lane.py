"""The plan lane: the plan makes vectors, ONNX Runtime scores them, in this process and on this thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from augury.artifacts import (
    MODEL_FILE,
    ONNX_INPUT,
    ONNX_PROBABILITIES,
    ONNX_VALUE,
    PLAN_FILE,
    Artifact,
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


def plan_lane(artifact: Artifact) -> PlanScorer:
    """Return the scorer of an artifact by its plan and ONNX model."""
    return PlanScorer(Plan.load(artifact.files[PLAN_FILE]), artifact.files[MODEL_FILE], artifact.manifest.kind)


PLAN_LANE: Mapping[str, Lane] = {"plan": plan_lane}
"""The lanes of a process that has neither pandas nor scikit-learn."""
