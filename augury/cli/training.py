"""Training as a person sees it: with a progress bar. It loads pandas and scikit-learn, so it is loaded late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from augury import training
from augury.artifacts import DataWindow, Signer, Trust
from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.cli import session
from augury.frames import read_events
from augury.names import ClientName, Version
from augury.registry import PipelineDeployment, PipelineVersion, Registry
from augury.training import DEFAULT_FOLDS, Definition, Folds, Search, TrainingOutcome, TrainingRefused

EXAMPLE = "example"
"""What stands for a definition's own example data, in the place of a file."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made of a definition and data.

    Parameters
    ----------
    client, version : ClientName, Version
        Whose artifact it becomes, and its label.
    directory : Path
        Directory to make for it.
    signer : Signer, optional
        Signs it.
    folds : Folds, default DEFAULT_FOLDS
        The cross-validation and the seed.
    search : Search, optional
        The search for parameters.
    examples : bool, default True
        Whether the schema keeps values of the data.
    quiet : bool, default False
        Whether to show no progress bar.
    """

    client: ClientName
    version: Version
    directory: Path
    signer: Signer | None
    folds: Folds = DEFAULT_FOLDS
    search: Search | None = None
    examples: bool = True
    quiet: bool = False


def version_of_now() -> Version:
    """Return the label of a version that is made now, such as ``20261123-115912``."""
    return Version(f"{datetime.now(UTC):%Y%m%d-%H%M%S}")


def last_two_days() -> tuple[date, date]:
    """Return yesterday and today in UTC: what was sent a moment ago may have been sent before midnight."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=1), today


def given_data(definition: Definition, data: str) -> pd.DataFrame:
    """Return the events of a file or a directory, or for ``example`` the definition's own.

    Raises
    ------
    TrainingRefused
        They can't be read, or there are none.
    """
    return definition.example() if data == EXAMPLE else training.read_file(Path(data))


def train_on_events(
    connection: Connection, bucket: str, file: Path, first: date, last: date, job: Job
) -> TrainingOutcome:
    """Train a definition file on its client's events of some days.

    Raises
    ------
    TrainingRefused
        There is nothing to train on, or it can't be trained on.
    """
    definition = training.load_definition(file)
    events = read_events(connection, bucket, job.client, first, last)
    for skipped in events.skipped:
        Console(stderr=True).print("[yellow]not read:[/]", escape(str(skipped)), soft_wrap=True)
    if events.frame.empty:
        raise TrainingRefused(
            f"client {job.client!r} has no events from {first} to {last}: send some, or widen the range"
        )
    return run(definition, events.frame, DataWindow(first=first, last=last), job)


def run(definition: Definition, frame: pd.DataFrame, window: DataWindow, job: Job) -> TrainingOutcome:
    """Train a definition on a frame, with a progress bar unless the job is quiet."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True), disable=job.quiet) as bar:
        task = bar.add_task("train", total=None)
        return training.train(
            definition,
            frame,
            client=job.client,
            pipeline=definition.name,
            version=job.version,
            directory=job.directory,
            data_window=window,
            folds=job.folds,
            search=job.search,
            signer=job.signer,
            examples=job.examples,
            progress=lambda at: bar.update(task, description=at.stage, completed=at.done, total=at.total),
        )


def register(
    directory: Path, client: ClientName, store: ObjectStore, registry: Registry, trust: Trust
) -> PipelineDeployment:
    """Publish and register an artifact."""
    return training.register(directory, client, store=store, registry=registry, trust=trust, by=session.operator())


def add_version(
    directory: Path, client: ClientName, store: ObjectStore, registry: Registry, trust: Trust
) -> PipelineVersion:
    """Publish an artifact and register it without letting it answer."""
    return training.add_version(directory, client, store=store, registry=registry, trust=trust)
