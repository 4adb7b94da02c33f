"""``augury pipeline``: train, register, list, show and change what answers a client's calls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from augury.cli import deployments, pipeline_tables, session
from augury.cli.package import package
from augury.cli.session import AsJson
from augury.cli.train import train
from augury.names import PipelineName
from augury.registry import NotRegistered

app = typer.Typer(help="Pipelines: train, register, look at, promote and roll back.", no_args_is_help=True)

app.command("train")(train)

_REVISIONS_SHOWN = 10


@app.command()
def register(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="The client that the artifact was made for.")],
    directory: Annotated[Path, typer.Argument(help="Artifact directory, from `pipeline train --out`.")],
    standby: Annotated[bool, typer.Option("--standby", help="Let it answer nothing until it is promoted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register an artifact and let it answer the client's calls, or keep it for a promotion."""
    from augury.cli import training

    run = session.of(context)
    owner = session.existing_client(run, client)
    if standby:
        version = training.add_version(directory, owner, run.store, run.registry, run.trust)
        if as_json:
            return session.print_json({"pipeline": version.pipeline, "version": version.version, "revision": None})
        promote = f"augury pipeline promote {owner} {version.pipeline} {version.version} --ratio 0.01"
        session.console().print(f"Registered: version {version.version} stands by. To let it answer: {promote}")
        return None
    deployment = training.register(directory, owner, run.store, run.registry, run.trust)
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
    """List a client's pipelines and what answers."""
    run = session.of(context)
    name = session.existing_client(run, client)
    found = list(run.registry.deployments(name))
    if as_json:
        return session.print_json([deployment.model_dump(mode="json") for deployment in found])
    default = run.registry.default_pipeline(name)
    session.print_whole(pipeline_tables.pipelines(f"Pipelines of {name}", found, default))
    return None


@app.command()
def show(
    context: typer.Context,
    client: Annotated[str, typer.Argument(help="Whose pipeline.")],
    name: Annotated[str, typer.Argument(help="Name of the pipeline.")],
    every: Annotated[bool, typer.Option("--all", help="Show every revision, not only the last 10.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a pipeline's variations, versions and revisions."""
    run = session.of(context)
    owner, pipeline = session.existing_client(run, client), PipelineName(name)
    deployment = run.registry.deployment(owner, pipeline)
    versions = list(run.registry.versions(owner, pipeline))
    if deployment is None and not versions:
        raise NotRegistered(f"{owner!r} has no pipeline {name!r}: see `augury pipeline list {owner}`")
    revisions = list(run.registry.revisions(owner, pipeline))
    shown = revisions if every else revisions[-_REVISIONS_SHOWN:]
    if as_json:
        return session.print_json(
            {
                "deployment": None if deployment is None else deployment.model_dump(mode="json"),
                "default": run.registry.default_pipeline(owner) == pipeline,
                "versions": versions,
                "revisions": [revision.model_dump(mode="json") for revision in shown],
            }
        )
    answering = [target.version for target in deployment.pipeline_targets()] if deployment else []
    if deployment is not None:
        session.print_whole(pipeline_tables.variations(deployment, versions))
    session.print_whole(pipeline_tables.versions(f"Versions of {pipeline}", versions, answering))
    session.print_whole(pipeline_tables.revisions(reversed(shown)))
    return None


app.command("package")(package)
app.command("promote")(deployments.promote)
app.command("rollback")(deployments.rollback)
app.command("withdraw")(deployments.withdraw)
app.command("default")(deployments.make_default)
