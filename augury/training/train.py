"""From events and a definition to an artifact."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

import onnxruntime
import pandas as pd
import xgboost
from sklearn.base import clone
from sklearn.pipeline import Pipeline

import augury
from augury.artifacts import MODEL_FILE, PARITY_FILE, PLAN_FILE, DataWindow, Manifest, digests, save
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import (
    Compiled,
    ParityReport,
    compile_pipeline,
    drop_envelope,
    parity_report,
)
from augury.training.definition import Definition
from augury.training.evaluation import Evaluation, cross_validate
from augury.training.refusal import TrainingRefused


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is.

    Parameters
    ----------
    stage : str
        What is being done: ``"cross-validate"``, ``"fit"``, ``"compile"``, ``"compare"`` or ``"save"``.
    done, total : int
        Units of the stage that are done, and all of them.
    """

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What a training made.

    Parameters
    ----------
    directory : Path
        The artifact.
    manifest : Manifest
        Its manifest.
    manifest_sha256 : str
        SHA-256 of the manifest's bytes, in hexadecimal, for the registry.
    evaluation : Evaluation
        Cross-validated scores.
    parity : ParityReport
        Plan and model against the fitted pipeline.
    """

    directory: Path
    manifest: Manifest
    manifest_sha256: str
    evaluation: Evaluation
    parity: ParityReport


def train(
    definition: Definition,
    frame: pd.DataFrame,
    *,
    client: ClientName,
    pipeline: PipelineName,
    version: Version,
    directory: Path,
    data_window: DataWindow,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[Progress], None] = lambda _: None,
) -> TrainingOutcome:
    """Cross-validate a pipeline, fit it on all events, compile it, compare the two, and save the artifact.

    Parameters
    ----------
    definition : Definition
        Builds the pipeline.
    frame : pandas.DataFrame
        Events, one a row. The fields that the server adds are left out.
    client, pipeline, version : ClientName, PipelineName, Version
        Whose artifact it becomes.
    directory : Path
        Directory to make for it.
    data_window : DataWindow
        The days that the events are of.
    folds : int, default 5
        Folds of the cross-validation, at least 2.
    seed : int, default 0
        Seed of the cross-validation.
    progress : callable, optional
        Called with a :class:`Progress` as the work goes on.

    Raises
    ------
    TrainingRefused
        There are no events, no target or too few rows of a class; a column cannot be a feature; or what was compiled
        does not answer as the fitted pipeline does.
    FileExistsError
        The directory is there.
    """
    if folds < 2:
        raise TrainingRefused(f"cross-validation needs at least 2 folds, not {folds}")
    events = drop_envelope(frame).reset_index(drop=True)
    if events.empty:
        raise TrainingRefused("there are no events to train on")
    try:
        built = _built(definition)
        evaluation = cross_validate(
            built, events, folds, seed, lambda done, total: progress(Progress("cross-validate", done, total))
        )
        fitted, compiled = _fit(built, events, progress)
    except TrainingRefused:
        raise
    except (TypeError, ValueError) as error:  # how transforms and estimators say that data does not suit them
        raise TrainingRefused(str(error)) from error
    parity = _compare(fitted, compiled, events, progress)
    files = {
        PLAN_FILE: compiled.plan.dump(),
        MODEL_FILE: compiled.model,
        PARITY_FILE: parity.model_dump_json(indent=2).encode(),
    }
    manifest = Manifest(
        client=client,
        pipeline=pipeline,
        version=version,
        created_at=datetime.now(UTC),
        lane="plan",
        inputs=compiled.inputs,
        classes=compiled.classes,
        metrics=evaluation.metrics(),
        parity=parity.summary(),
        data_window=data_window,
        rows=evaluation.rows,
        libraries=library_versions(),
        seed=seed,
        files=digests(files),
    )
    manifest_sha256 = save(directory, manifest, files)
    progress(Progress("save", 1, 1))
    return TrainingOutcome(directory, manifest, manifest_sha256, evaluation, parity)


def library_versions() -> dict[str, str]:
    """Return the versions of what a model depends on, by distribution name."""
    return {
        "python": platform.python_version(),
        "augury": augury.__version__,
        "xgboost": xgboost.__version__,
        "onnxruntime": onnxruntime.__version__,
        **{name: version_of(name) for name in ("numpy", "onnx", "onnxmltools", "pandas", "scikit-learn")},
    }


def _built(definition: Definition) -> Pipeline:
    try:
        built = definition.build_pipeline()
    except Exception as error:  # the user's code, which may raise anything
        raise TrainingRefused(f"build_pipeline() fails: {type(error).__name__}: {error}") from error
    if not isinstance(built, Pipeline):
        raise TrainingRefused(f"build_pipeline() must return a Pipeline, not {type(built).__name__}")
    return built


def _fit(built: Pipeline, events: pd.DataFrame, progress: Callable[[Progress], None]) -> tuple[Pipeline, Compiled]:
    fitted = clone(built).fit(events)
    progress(Progress("fit", 1, 1))
    compiled = compile_pipeline(fitted, events)
    progress(Progress("compile", 1, 1))
    return fitted, compiled


def _compare(
    fitted: Pipeline, compiled: Compiled, events: pd.DataFrame, progress: Callable[[Progress], None]
) -> ParityReport:
    parity = parity_report(fitted, compiled, events)
    progress(Progress("compare", 1, 1))
    if not parity.agrees:
        raise TrainingRefused(
            f"what would be served differs from the fitted pipeline by {parity.max_difference:.3g} "
            f"(tolerance {parity.tolerance:g}) and in the class of {parity.class_disagreements} of {parity.rows} rows; "
            f"the worst is {parity.worst}"
        )
    return parity
