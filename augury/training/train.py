"""From events and a definition to an artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sklearn.pipeline import Pipeline

from augury.artifacts import (
    REPORT_FILE,
    DataWindow,
    Manifest,
    Signer,
    digests,
    save,
)
from augury.names import ClientName, PipelineName, Version
from augury.pipelines import ParityReport, Servable, servable
from augury.training.cross_validation import cross_validate
from augury.training.definition import Definition
from augury.training.evaluation import Evaluation
from augury.training.folds import DEFAULT_FOLDS, Folds
from augury.training.importance import importances
from augury.training.libraries import library_versions
from augury.training.refusal import TrainingRefused
from augury.training.report import Story, report_html
from augury.training.stage_clock import Progress, StageClock
from augury.training.stages import events_of, fit, seeded
from augury.training.tuning import Tuning, tune


@dataclass(frozen=True, slots=True)
class Search:
    """A search for parameters before the training.

    Parameters
    ----------
    trials : int
        How many, those in ``storage`` included.
    storage : Path, optional
        File that keeps the trials, so that the search can go on later.
    """

    trials: int
    storage: Path | None = None


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
    fitted : sklearn.pipeline.Pipeline
        The pipeline, fitted on all events.
    evaluation : Evaluation
        Cross-validated scores.
    parity : ParityReport
        Plan and model against the fitted pipeline.
    tuning : Tuning, optional
        The search for parameters, if there was one.
    """

    directory: Path
    manifest: Manifest
    manifest_sha256: str
    fitted: Pipeline
    evaluation: Evaluation
    parity: ParityReport
    tuning: Tuning | None


def train(
    definition: Definition,
    frame: pd.DataFrame,
    *,
    client: ClientName,
    pipeline: PipelineName,
    version: Version,
    directory: Path,
    data_window: DataWindow,
    folds: Folds = DEFAULT_FOLDS,
    search: Search | None = None,
    signer: Signer | None = None,
    examples: bool = True,
    progress: Callable[[Progress], None] = lambda _: None,
) -> TrainingOutcome:
    """Tune a pipeline if asked to, cross-validate it, fit it on all events, compile it, compare the two, and save it.

    The same definition, events and seed give the same plan and the same model, byte for byte.

    Parameters
    ----------
    definition : Definition
        Builds the pipeline.
    frame : pandas.DataFrame
        Events, one a row. The fields that the server adds are left out; they may order or group the folds.
    client, pipeline, version : ClientName, PipelineName, Version
        Whose artifact it becomes.
    directory : Path
        Directory to make for it.
    data_window : DataWindow
        The days that the events are of.
    folds : Folds, default DEFAULT_FOLDS
        The cross-validation. Its seed is also that of the search and of every ``random_state`` that the definition
        leaves open.
    search : Search, optional
        Tune the parameters that the definition's ``search_space`` draws.
    signer : Signer, optional
        Signs the artifact; without one it is unsigned, and is used only where that is allowed.
    examples : bool, default True
        Whether the schema of inputs keeps some of the values as examples, and the distinct texts of fields with few;
        and whether the report shows frequent values and ranges.
    progress : callable, optional
        Called with a :class:`Progress` as the work goes on.

    Raises
    ------
    TrainingRefused
        There are no events, no target or too few rows of a class; a column cannot be a feature; or no lane can serve
        the pipeline.
    FileExistsError
        The directory is there.
    """
    frame = frame.reset_index(drop=True)
    stages = StageClock(progress)
    with _refused_in_words():
        events = events_of(frame)
        if events.empty:
            raise TrainingRefused("there are no events to train on")
        built, tuning = _tuned(definition, frame, folds, search, stages)
        with stages.stage("cross-validate") as tell:
            evaluation = cross_validate(built, frame, folds, tell)
        fitted, served = _served(built, events, stages, examples=examples)
    with stages.stage("explain"):
        explained = importances(evaluation, events, served.inputs.names, folds.seed)
    manifest = Manifest(
        client=client,
        pipeline=pipeline,
        version=version,
        created_at=datetime.now(UTC),
        lane=served.lane,
        lane_reason=served.lane_reason,
        kind=served.kind,
        inputs=served.inputs,
        classes=served.classes,
        metrics=evaluation.metrics(),
        parameters=dict(tuning.parameters) if tuning else {},
        parity=served.parity.summary(),
        data_window=data_window,
        rows=evaluation.rows,
        libraries=library_versions(),
        seed=folds.seed,
        files=digests(served.files),
    )
    story = Story(manifest, evaluation, tuning, served.parity, tuple(explained), events, stages.seconds, examples)
    return _saved(story, fitted, served.files, directory, signer, stages)


@contextmanager
def _refused_in_words() -> Iterator[None]:
    """Turn how transforms and estimators say that data does not suit them into a refusal."""
    try:
        yield
    except TrainingRefused:
        raise
    except (TypeError, ValueError) as error:
        raise TrainingRefused(str(error)) from error


def _tuned(
    definition: Definition, frame: pd.DataFrame, folds: Folds, search: Search | None, stages: StageClock
) -> tuple[Pipeline, Tuning | None]:
    """Return the pipeline to train, with the best parameters if there is to be a search."""
    built = seeded(definition.pipeline(), folds.seed)
    if search is None:
        return built, None
    if definition.search_space is None:
        raise TrainingRefused("the definition cannot be tuned: it does not define search_space(trial)")
    with stages.stage("tune") as tell:
        tuning = tune(
            built, definition.search_space, frame,
            trials=search.trials, storage=search.storage, trial_done=tell,
            # Other folds than those of the evaluation, which would otherwise flatter what was chosen by them.
            folds=replace(folds, seed=folds.seed + 1),
        )  # fmt: skip
    return built.set_params(**tuning.parameters), tuning


def _served(built: Pipeline, events: pd.DataFrame, stages: StageClock, *, examples: bool) -> tuple[Pipeline, Servable]:
    with stages.stage("fit"):
        fitted = fit(built, events)
    with stages.stage("compile"):
        return fitted, servable(fitted, events, examples=examples)


def _saved(
    story: Story,
    fitted: Pipeline,
    files: dict[str, bytes],
    directory: Path,
    signer: Signer | None,
    stages: StageClock,
) -> TrainingOutcome:
    with stages.stage("report"):
        files = {**files, REPORT_FILE: report_html(story)}
    with stages.stage("save"):
        manifest = story.manifest.model_copy(update={"files": digests(files)})
        manifest_sha256 = save(directory, manifest, files, signer)
    return TrainingOutcome(directory, manifest, manifest_sha256, fitted, story.evaluation, story.parity, story.tuning)
