"""From a fitted pipeline to the lane that serves it, and the files which that takes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.artifacts import MODEL_FILE, PARITY_FILE, PIPELINE_FILE, PLAN_FILE, ArtifactRefused, Kind, Lane
from augury.pipelines._answers import kind_of
from augury.pipelines._columns import texts_of
from augury.pipelines._compile import Compiled, compile_pipeline
from augury.pipelines._labels import label_fields, refuse_leakage
from augury.pipelines._not_compilable import NotCompilable, TargetLeaks
from augury.pipelines._pandas_lane import PandasScorer, dump_pipeline, load_pipeline
from augury.pipelines._parity import ParityReport, parity_of_lane, parity_report
from augury.pipelines._schema import infer_schema
from augury.schema import InputSchema


class NotServable(ValueError):
    """A fitted pipeline that no lane can serve: the message says why neither does."""


@dataclass(frozen=True, slots=True)
class Servable:
    """What a fitted pipeline is served by.

    Parameters
    ----------
    lane : {"plan", "pandas"}
        How it is served.
    lane_reason : str, optional
        Why it is the pandas lane; None for the plan lane.
    kind : {"classification", "regression"}
        What it predicts.
    inputs : InputSchema
        What a record must bring.
    classes : tuple of str, optional
        Readable class names in the order of the probabilities; None for a regression.
    parity : ParityReport
        What is served against the fitted pipeline.
    files : dict of str to bytes
        The artifact's files, by name.
    """

    lane: Lane
    lane_reason: str | None
    kind: Kind
    inputs: InputSchema
    classes: tuple[str, ...] | None
    parity: ParityReport
    files: dict[str, bytes]


def servable(pipeline: Pipeline, frame: pd.DataFrame, *, examples: bool = True) -> Servable:
    """Compile a fitted pipeline and compare; where that fails or differs, store the pipeline itself.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Fitted.
    frame : pandas.DataFrame
        The raw frame that it was fitted on.
    examples : bool, default True
        Whether the schema keeps examples of values.

    Raises
    ------
    TargetLeaks
        The target is made from a feature: it would be learned perfectly and be useless.
    NotServable
        Neither lane can serve it.
    """
    try:
        compiled = compile_pipeline(pipeline, frame)
        parity = parity_report(pipeline, compiled, frame)
    except TargetLeaks:
        raise
    except (NotCompilable, ArtifactRefused) as error:
        return _pandas(pipeline, frame, str(error), examples)
    if parity.difference is not None:
        return _pandas(pipeline, frame, f"the plan does not agree with the pipeline: {parity.difference}", examples)
    return _planned(pipeline, compiled, frame, parity, examples)


def _planned(
    pipeline: Pipeline, compiled: Compiled, frame: pd.DataFrame, parity: ParityReport, examples: bool
) -> Servable:
    inputs = infer_schema(frame, compiled.inputs.names, examples=examples)
    files = {PLAN_FILE: compiled.plan.dump(), MODEL_FILE: compiled.model} | _parity_file(parity)
    with suppress(ArtifactRefused):  # it is there for later study, and the plan lane does without
        files[PIPELINE_FILE] = dump_pipeline(pipeline)
    return Servable("plan", None, kind_of(pipeline), inputs, compiled.classes, parity, files)


def _pandas(pipeline: Pipeline, frame: pd.DataFrame, reason: str, examples: bool) -> Servable:
    refuse_leakage(pipeline)
    labels = label_fields(pipeline)
    inputs = infer_schema(frame, [name for name in frame.columns if name not in labels], examples=examples)
    try:
        body = dump_pipeline(pipeline)
        served = PandasScorer(load_pipeline(body), inputs).answers
    except ArtifactRefused as error:
        raise NotServable(f"no lane can serve the pipeline: {reason}; and {error}") from error
    parity = parity_of_lane(pipeline, served, inputs, frame)
    if parity.difference is not None:
        raise NotServable(f"no lane can serve the pipeline: {reason}; and as stored, {parity.difference}")
    kind, files = kind_of(pipeline), {PIPELINE_FILE: body} | _parity_file(parity)
    return Servable("pandas", reason, kind, inputs, _classes(pipeline), parity, files)


def _parity_file(parity: ParityReport) -> dict[str, bytes]:
    return {PARITY_FILE: parity.model_dump_json(indent=2).encode()}


def _classes(pipeline: Pipeline) -> tuple[str, ...] | None:
    if kind_of(pipeline) == "regression":
        return None
    estimator = pipeline.steps[-1][1]
    named = getattr(estimator, "class_names", None)
    return named or tuple(str(text) for text in texts_of(pd.Series(estimator.classes_)))
