"""From a fitted pipeline to what serves it: input schema, plan and ONNX model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.artifacts import Kind
from augury.pipelines._frame_estimator import FrameEstimator
from augury.pipelines._frame_transform import FrameTransform
from augury.pipelines._labels import label_fields, refuse_leakage
from augury.pipelines._not_compilable import NotCompilable
from augury.pipelines._plain_estimator import PlainEstimator, is_estimator
from augury.pipelines._schema import infer_schema
from augury.pipelines._sklearn_forms import feature_names, steps_of
from augury.plans import AnyStep, Plan
from augury.schema import InputSchema


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
        Readable class names in the order of the model's probabilities; None for a regression.
    kind : {"classification", "regression"}
        What is predicted.
    """

    inputs: InputSchema
    plan: Plan
    model: bytes
    classes: tuple[str, ...] | None
    kind: Kind


def compile_pipeline(pipeline: Pipeline, frame: pd.DataFrame) -> Compiled:
    """Compile a fitted pipeline.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted transforms of this package or of scikit-learn, and a fitted estimator of this package, of scikit-learn or
        of XGBoost last.
    frame : pandas.DataFrame
        The raw frame that it was fitted on, for the types of the inputs.

    Returns
    -------
    Compiled

    Raises
    ------
    NotCompilable
        A step has no plan form; as ``TargetLeaks``, the target is made from a field that is a feature too.
    """
    steps, columns = transform_steps(pipeline, tuple(map(str, frame.columns)))
    estimator = predictor_of(pipeline)
    model_input = estimator.input_of(columns) if isinstance(estimator, PlainEstimator) else estimator.to_plan()
    labels = label_fields(pipeline)
    # A record to predict has no label: what refuses one without it is for training only.
    answerable = [step for step in steps if step.writes or labels.isdisjoint(step.reads)]
    plan = Plan([*answerable, *model_input.steps], model_input.vector, model_input.door)
    refuse_leakage(pipeline)
    return Compiled(_inputs(plan, frame), plan, estimator.to_onnx(), estimator.class_names, estimator.kind)


def transform_steps(pipeline: Pipeline, columns: tuple[str, ...]) -> tuple[list[AnyStep], tuple[str, ...]]:
    """Return the plan steps of a pipeline's transforms, and the columns that its estimator is given.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted.
    columns : tuple of str
        Columns of the raw frame.
    """
    steps: list[AnyStep] = []
    for name, transform in pipeline.steps[:-1]:
        if transform is None or transform == "passthrough":
            continue
        try:
            added, columns = _steps_of_transform(name, transform, columns)
        except NotCompilable as error:
            raise NotCompilable(f"step {name!r}: {error}") from None
        steps += added
    return steps, columns


def _steps_of_transform(name: str, transform: Any, columns: tuple[str, ...]) -> tuple[list[AnyStep], tuple[str, ...]]:
    if isinstance(transform, FrameTransform):
        return transform.to_plan(), tuple(transform.get_feature_names_out())
    inputs = tuple(map(str, getattr(transform, "feature_names_in_", columns)))
    outputs = feature_names(transform, inputs, name)
    return steps_of(transform, inputs, outputs), outputs


def transforms_of(pipeline: Pipeline) -> list[Any]:
    """Return the pipeline's transforms, in order, without those that do nothing."""
    return [step for _, step in pipeline.steps[:-1] if step is not None and step != "passthrough"]


def estimator_of(pipeline: Pipeline) -> FrameEstimator:
    """Return the pipeline's last step, which is to be an estimator of this package: one that knows its target."""
    name, estimator = pipeline.steps[-1]
    if not isinstance(estimator, FrameEstimator):
        raise NotCompilable(f"step {name!r} ({type(estimator).__name__}) is no estimator of this package")
    return estimator


def predictor_of(pipeline: Pipeline) -> FrameEstimator:
    """Return the pipeline's last step, one of scikit-learn or XGBoost behind what it has in common with ours."""
    name, estimator = pipeline.steps[-1]
    if isinstance(estimator, FrameEstimator):
        return estimator
    if is_estimator(estimator):
        return PlainEstimator(estimator)
    raise NotCompilable(f"step {name!r} ({type(estimator).__name__}) is no classifier or regressor")


def _inputs(plan: Plan, frame: pd.DataFrame) -> InputSchema:
    missing = [name for name in plan.inputs if name not in frame]
    if missing:
        raise NotCompilable(f"the frame has no column {missing[0]!r}, which the pipeline reads")
    return infer_schema(frame, plan.inputs)
