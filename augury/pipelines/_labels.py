"""Which raw fields hold a pipeline's target: a record to predict has none of them."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline

from augury.pipelines._not_compilable import NotCompilable


def label_fields(pipeline: Pipeline) -> frozenset[str]:
    """Return the raw fields that hold a fitted pipeline's target, or that it is made from.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted; its last step names its ``target`` and perhaps its ``target_readable``.
    """
    estimator = pipeline.steps[-1][1]
    fields = {name for name in (getattr(estimator, about, None) for about in ("target", "target_readable")) if name}
    for step in reversed(_plan_steps(pipeline)):
        if not fields.isdisjoint(step.writes):
            fields.update(step.reads)
    return frozenset(fields)


def _plan_steps(pipeline: Pipeline) -> list[Any]:
    steps: list[Any] = []
    for _, transform in pipeline.steps[:-1]:
        try:
            steps += transform.to_plan() if hasattr(transform, "to_plan") else []
        except NotCompilable:  # what has no plan form makes features, not labels
            continue
    return steps
