"""From a fitted pipeline to what serves it: input schema, plan and ONNX model."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.pipelines._columns import column_type
from augury.pipelines._frame_estimator import FrameEstimator
from augury.pipelines._frame_transform import FrameTransform
from augury.plans import AnyStep, Plan
from augury.schema import Field, InputSchema


class NotCompilable(ValueError):
    """A pipeline that has no plan form: the message names the step and the reason."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What serves a pipeline without the libraries that trained it.

    Parameters
    ----------
    inputs : InputSchema
        What a record must bring, as the training frame had it.
    plan : Plan
        From a record to the estimator's vector.
    model : bytes
        The estimator as ONNX, from that vector.
    classes : tuple of str, optional
        Readable class names in the order of the model's probabilities.
    """

    inputs: InputSchema
    plan: Plan
    model: bytes
    classes: tuple[str, ...] | None


def compile_pipeline(pipeline: Pipeline, frame: pd.DataFrame) -> Compiled:
    """Compile a fitted pipeline.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted transforms of this package, and a fitted estimator of this package last.
    frame : pandas.DataFrame
        The raw frame that it was fitted on, for the types of the inputs.

    Returns
    -------
    Compiled

    Raises
    ------
    NotCompilable
        A step has no plan form, or the target is made from a field that is a feature too.
    """
    steps = [step for transform in transforms_of(pipeline) for step in transform.to_plan()]
    estimator = estimator_of(pipeline)
    plan = Plan(steps, estimator.to_plan())
    _refuse_leakage(estimator.target, steps, plan)
    return Compiled(_inputs(plan, frame), plan, estimator.to_onnx(), estimator.class_names)


def transforms_of(pipeline: Pipeline) -> list[FrameTransform]:
    """Return the pipeline's transforms, in order."""
    transforms = []
    for name, step in pipeline.steps[:-1]:
        if step is None or step == "passthrough":
            continue
        if not isinstance(step, FrameTransform):
            raise NotCompilable(f"step {name!r} ({type(step).__name__}) has no plan form")
        transforms.append(step)
    return transforms


def estimator_of(pipeline: Pipeline) -> FrameEstimator:
    """Return the pipeline's last step."""
    name, estimator = pipeline.steps[-1]
    if not isinstance(estimator, FrameEstimator):
        raise NotCompilable(f"step {name!r} ({type(estimator).__name__}) is no estimator of this package")
    return estimator


def _inputs(plan: Plan, frame: pd.DataFrame) -> InputSchema:
    missing = [name for name in plan.inputs if name not in frame]
    if missing:
        raise NotCompilable(f"the frame has no column {missing[0]!r}, which the pipeline reads")
    return InputSchema(
        fields=tuple(
            Field(name=name, type=column_type(frame[name]), nullable=bool(frame[name].isna().any()))
            for name in plan.inputs
        )
    )


def _refuse_leakage(target: str, steps: list[AnyStep], plan: Plan) -> None:
    """Refuse a target that could be read off a feature: it would be learned perfectly and be useless."""
    sources = {target}
    for step in reversed(steps):
        if step.writes in sources:
            sources.add(step.reads)
    leaking = sorted(sources.intersection(plan.inputs))
    if leaking:
        raise NotCompilable(f"the target {target!r} is made from {leaking[0]!r}, which is a feature too: exclude it")
