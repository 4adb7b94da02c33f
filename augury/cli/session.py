"""What every command shares: which deployment it talks to, and how it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape

from augury.aws import ObjectStore, Table, read_outputs
from augury.aws.connection import Connection
from augury.clients import ClientStore, NewClient
from augury.config import Deployment
from augury.registry import Registry

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of text for people.")]


class Profile(StrEnum):
    """Where a deployment is found."""

    AWS = "aws"
    LOCAL = "local"


@dataclass(frozen=True)
class Session:
    """One run of the command line.

    Parameters
    ----------
    profile : Profile
        Where the deployment is.
    stage : str
        Which of the stages on AWS.
    """

    profile: Profile
    stage: str

    @cached_property
    def deployment(self) -> Deployment:
        """The deployment that the commands work on."""
        if self.profile is Profile.LOCAL:
            return Deployment.read_local()
        return _read_stacks(Connection(), self.stage)

    @cached_property
    def connection(self) -> Connection:
        """Where AWS is for this deployment."""
        return connect(self.deployment)

    @property
    def clients(self) -> ClientStore:
        """The deployment's clients."""
        return ClientStore(self._table)

    @property
    def registry(self) -> Registry:
        """The deployment's pipelines."""
        return Registry(self._table)

    @property
    def store(self) -> ObjectStore:
        """The deployment's data bucket."""
        return ObjectStore(self.connection.s3(), self.deployment.bucket)

    @property
    def _table(self) -> Table:
        return Table(self.connection.dynamodb(), self.deployment.table)


def connect(deployment: Deployment) -> Connection:
    """Return the way to a deployment's AWS; a local one takes the dummy credentials ``test`` and ``test``."""
    if deployment.aws_endpoint_url is None:
        return Connection(region=deployment.region)
    return Connection(
        endpoint_url=deployment.aws_endpoint_url,
        region=deployment.region,
        access_key_id="test",
        secret_access_key="test",  # noqa: S106 - what the local platform expects
    )


def of(context: typer.Context) -> Session:
    """Return the session of a command."""
    session = context.obj
    assert isinstance(session, Session)
    return session


def console() -> Console:
    """Return where people read."""
    return Console(highlight=False)


def print_new_client(client: NewClient) -> None:
    """Print a client's keys and the only showing of its secret, whole however narrow the terminal is."""
    out = console()
    out.print(f"[bold]Client {client.name}[/]")
    shown = {"js key": client.js_key, "consumer key": client.consumer_key, "consumer secret": client.consumer_secret}
    for what, value in shown.items():
        out.print(f"  {what:16} {escape(value)}", soft_wrap=True)
    out.print("[yellow]Keep the secret now: it is not kept here and won't be shown again.[/]")


def print_json(content: Any) -> None:
    """Print for machines: one JSON document, indented."""
    typer.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode())


def _read_stacks(connection: Connection, stage: str) -> Deployment:
    """Find a deployment by the outputs of its stacks."""
    region = connection.session.region_name
    if region is None:
        raise ValueError("no AWS region is set: set AWS_REGION, or use --profile local for a platform on this machine")
    client = connection.cloudformation()
    outputs = read_outputs(client, f"Augury-{stage}-Data") | read_outputs(client, f"Augury-{stage}-Api")
    missing = {"ApiUrl", "BucketName", "TableName"} - outputs.keys()
    if missing:
        raise ValueError(f"the stacks of stage {stage!r} lack the outputs {', '.join(sorted(missing))}: deploy them")
    return Deployment(
        profile="aws",
        api_url=outputs["ApiUrl"],
        region=region,
        bucket=outputs["BucketName"],
        table=outputs["TableName"],
    )
