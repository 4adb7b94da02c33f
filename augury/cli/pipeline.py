"""``augury pipeline``: train, register and list a client's pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from augury.cli import session
from augury.cli.session import AsJson, Session
from augury.cli.train import train
from augury.names import ClientName
from augury.registry import PipelineDeployment

app = typer.Typer(help="Pipelines: train, register, list.", no_args_is_help=True)

app.command("train")(train)


@app.command()
def register(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client that the artifact was made for.")],
    directory: Annotated[Path, typer.Argument(help="Artifact directory, from `pipeline train --out`.")],
    as_json: AsJson = False,
) -> None:
    """Register an artifact and let it answer the client's calls."""
    run = session.of(context)
    deployment = _register(run, directory, session.existing_client(run, client))
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


def _register(run: Session, directory: Path, client: ClientName) -> PipelineDeployment:
    from augury.cli import training

    return training.register(directory, client, run.store, run.registry, run.trust)
