"""``augury pipeline``: train, register and list a client's pipelines."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from augury.cli import session
from augury.cli.session import AsJson
from augury.names import Version

if TYPE_CHECKING:
    from augury.training import TrainingOutcome

app = typer.Typer(help="Pipelines: train, register, list.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]


@app.command()
def train(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Python file that defines build_pipeline().")],
    client: Annotated[str, typer.Option(help="Whose events to train on.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="First UTC day; today if left out.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="Last UTC day; today if left out.")
    ] = None,
    register: Annotated[bool, typer.Option("--register", help="Let it answer the client's calls.")] = False,
    version: Annotated[str | None, typer.Option(help="Label of the version; the time if left out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Directory to keep the artifact in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a pipeline on a client's events of some days."""
    from augury.cli import training

    run = session.of(context)
    name = session.existing_client(run, client)
    today = datetime.now(UTC).date()
    window = (_day(first, today), _day(last, today))
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        outcome = training.train_on_events(
            run.connection,
            run.deployment.bucket,
            file,
            name,
            *window,
            version=Version(version) if version else training.version_of_now(),
            directory=out or Path(scratch) / "artifact",
            quiet=as_json,
        )
        revision = training.register(outcome.directory, name, run.store, run.registry).revision if register else None
    if as_json:
        return session.print_json(_as_json(outcome, revision))
    session.console().print(training.report(outcome))
    if revision is not None:
        session.console().print(f"Registered: version {outcome.manifest.version} answers as revision {revision}.")
    return None


@app.command()
def register(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client that the artifact was made for.")],
    directory: Annotated[Path, typer.Argument(help="Artifact directory, from `pipeline train --out`.")],
    as_json: AsJson = False,
) -> None:
    """Register an artifact and let it answer the client's calls."""
    from augury.cli import training

    run = session.of(context)
    deployment = training.register(directory, session.existing_client(run, client), run.store, run.registry)
    if as_json:
        return session.print_json(deployment.model_dump(mode="json"))
    session.console().print(f"Registered: pipeline {deployment.pipeline} is at revision {deployment.revision}.")
    return None


@app.command("list")
def list_pipelines(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose pipelines.")],
    as_json: AsJson = False,
) -> None:
    """List a client's pipelines and the versions that answer."""
    run = session.of(context)
    name = session.existing_client(run, client)
    deployments = list(run.registry.deployments(name))
    default = run.registry.default_pipeline(name)
    if as_json:
        return session.print_json([deployment.model_dump(mode="json") for deployment in deployments])
    table = Table(
        "pipeline", "revision", "variation", "share", "version", title=f"Pipelines of {name}", title_justify="left"
    )
    for deployment in deployments:
        total = sum(variation.ratio for variation in deployment.variations)
        for variation in deployment.variations:
            shown = f"{deployment.pipeline} (default)" if deployment.pipeline == default else deployment.pipeline
            share = f"{variation.ratio / total:.0%}"
            table.add_row(shown, str(deployment.revision), variation.label, share, variation.target.version)
    session.console().print(table)
    return None


def _day(given: datetime | None, default: date) -> date:
    return given.date() if given else default


def _as_json(outcome: TrainingOutcome, revision: int | None) -> dict[str, Any]:
    manifest = outcome.manifest
    return {
        "pipeline": manifest.pipeline,
        "version": manifest.version,
        "rows": manifest.rows,
        "metrics": manifest.metrics,
        "parity": manifest.parity.model_dump(mode="json"),
        "revision": revision,
    }
