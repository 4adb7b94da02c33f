"""The ``augury`` command: its groups, its common options, and what a person sees when something is wrong."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from augury import __version__
from augury.artifacts import ArtifactRefused
from augury.aws import AwsUnavailable, ConditionFailed, NotFound
from augury.cli import (
    client,
    cluster,
    demo,
    deploy,
    erasure,
    events,
    export,
    feedback,
    keys,
    lake,
    local,
    pipeline,
    predict,
    undeploy,
    variations,
)
from augury.cli.session import Profile, Session
from augury.clients import ClientExists, ClientUnknown
from augury.deployment import AlreadyDeploying, DeploymentFailed
from augury.deployment.cluster import ClusterUnavailable
from augury.deployment.mirroring import NotMirrored
from augury.errors import AuguryError
from augury.registry import VersionExists
from augury.split import ClaimLost
from augury.split.bulk import Contended, InputsVanished, SparkMissing
from augury.split.run_lock import AlreadyRunning
from augury.training_jobs import JobFailed

app = typer.Typer(
    name="augury",
    help="A general predictive service on serverless AWS.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(client.app, name="client")
app.add_typer(keys.app, name="keys")
app.add_typer(cluster.app, name="cluster")
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(events.app, name="events")
app.add_typer(lake.app, name="lake")
app.add_typer(local.app, name="local")
app.command("predict")(predict.predict)
app.command("feedback")(feedback.feedback)
app.command("variations")(variations.variations)
app.command("deploy")(deploy.deploy)
app.command("undeploy")(undeploy.undeploy)
app.command("demo")(demo.demo)
client.app.command("export")(export.export_client)
client.app.command("erase")(erasure.erase_client)
events.app.command("erase")(erasure.erase_event)

_EXPECTED = (
    AlreadyDeploying,
    AlreadyRunning,
    ArtifactRefused,
    AuguryError,
    AwsUnavailable,
    ClaimLost,
    ClientExists,
    ClientUnknown,
    ClusterUnavailable,
    ConditionFailed,
    Contended,
    DeploymentFailed,
    InputsVanished,
    JobFailed,
    NotFound,
    NotMirrored,
    OSError,
    SparkMissing,
    ValueError,
    VersionExists,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"augury {__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    profile: Annotated[Profile, typer.Option(help="Where the deployment is.", envvar="AUGURY_PROFILE")] = Profile.AWS,
    stage: Annotated[str, typer.Option(help="Stage of the deployment on AWS.")] = "dev",
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    del version
    context.obj = Session(profile, stage)


def main() -> None:
    """Run the command line; an expected failure is one line for a person and exit code 1."""
    try:
        app()
    except _EXPECTED as error:
        _fail(str(error))
    except OverflowError:  # the hour before the first day of the calendar, or after the last
        _fail("a day is out of range: use days from 0001-01-02 to 9999-12-30")


def _fail(said: str) -> NoReturn:
    Console(stderr=True, highlight=False).print(f"[bold red]augury:[/] {escape(said)}")
    sys.exit(1)
