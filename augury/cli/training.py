"""Training as a person sees it: a progress bar and a report. It loads pandas and scikit-learn, so it is loaded late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from augury import training
from augury.artifacts import DataWindow
from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.frames import read_events
from augury.names import ClientName, Version
from augury.registry import PipelineDeployment, Registry
from augury.training import TrainingOutcome, TrainingRefused


def version_of_now() -> Version:
    """Return the label of a version that is made now, such as ``20261123-115912``."""
    return Version(f"{datetime.now(UTC):%Y%m%d-%H%M%S}")


def last_two_days() -> tuple[date, date]:
    """Return yesterday and today in UTC: what was sent a moment ago may have been sent before midnight."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=1), today


def train_on_events(
    connection: Connection,
    bucket: str,
    file: Path,
    client: ClientName,
    first: date,
    last: date,
    *,
    version: Version,
    directory: Path,
    quiet: bool = False,
) -> TrainingOutcome:
    """Train a definition file on a client's events, with a progress bar unless ``quiet``.

    Raises
    ------
    TrainingRefused
        There is nothing to train on, or it can't be trained on.
    """
    definition = training.load_definition(file)
    events = read_events(connection, bucket, client, first, last)
    for skipped in events.skipped:
        Console(stderr=True).print("[yellow]not read:[/]", escape(str(skipped)), soft_wrap=True)
    if events.frame.empty:
        raise TrainingRefused(f"client {client!r} has no events from {first} to {last}: send some, or widen the range")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("train", total=None)
        return training.train(
            definition,
            events.frame,
            client=client,
            pipeline=definition.name,
            version=version,
            directory=directory,
            data_window=DataWindow(first=first, last=last),
            progress=lambda at: bar.update(task, description=at.stage, completed=at.done, total=at.total),
        )


def register(directory: Path, client: ClientName, store: ObjectStore, registry: Registry) -> PipelineDeployment:
    """Publish and register an artifact."""
    return training.register(directory, client, store=store, registry=registry)


def report(outcome: TrainingOutcome) -> Table:
    """Return what a person wants to know of a training."""
    manifest, evaluation, parity = outcome.manifest, outcome.evaluation, outcome.parity
    table = Table(
        title=f"Pipeline {manifest.pipeline}, version {manifest.version}", show_header=False, title_justify="left"
    )
    table.add_row("trained on", f"{manifest.rows} events of {manifest.client}")
    table.add_row("inputs", ", ".join(f"{field.name} ({field.type})" for field in manifest.inputs.fields))
    table.add_row("classes", ", ".join(manifest.classes or ()))
    folds = "  ".join(f"{accuracy:.3f}" for accuracy in evaluation.accuracy_per_fold)
    table.add_row("accuracy", f"{evaluation.accuracy:.3f} in {evaluation.folds}-fold cross-validation")
    table.add_row("each fold", folds)
    table.add_row("log loss", f"{evaluation.log_loss:.3f}")
    table.add_row(
        "parity",
        f"{'agrees' if parity.agrees else 'DIFFERS'} with the fitted pipeline on {parity.rows} rows, adversarial\n"
        f"ones included; largest difference {parity.max_difference:.1e} (tolerance {parity.tolerance:.0e})",
    )
    return table
