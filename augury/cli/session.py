"""What every command shares: which deployment it talks to, and how it speaks."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from augury.artifacts import Signer, Trust
from augury.aws import ObjectStore, Table, read_outputs
from augury.aws.connection import Connection
from augury.cli.signatures import signer_of, trust_of
from augury.clients import ClientAdmin, ClientStore, LastUsed, NewClient
from augury.config import Deployment
from augury.names import ClientName
from augury.registry import Registry

_UNLIMITED = 10_000  # columns
_LOCAL = "test"  # both credentials that the local platform expects

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
        """The deployment's clients, for reading."""
        return ClientStore(self.table)

    @property
    def client_admin(self) -> ClientAdmin:
        """The deployment's clients, for changing."""
        return ClientAdmin.of(self.deployment, self.connection)

    @property
    def last_used(self) -> LastUsed:
        """When the deployment's keys were last used."""
        return LastUsed(self.table)

    @property
    def registry(self) -> Registry:
        """The deployment's pipelines."""
        return Registry(self.table)

    @property
    def store(self) -> ObjectStore:
        """The deployment's data bucket."""
        return ObjectStore(self.connection.s3(), self.deployment.bucket)

    @property
    def table(self) -> Table:
        """The deployment's table."""
        return Table(self.connection.dynamodb(), self.deployment.table)

    @property
    def signer(self) -> Signer | None:
        """What signs the deployment's artifacts; None where it has no key for that."""
        return signer_of(self.deployment, self.connection)

    @property
    def trust(self) -> Trust:
        """Whose artifacts the deployment's functions take."""
        return trust_of(self.deployment, self.connection)

    @property
    def credentials(self) -> dict[str, str]:
        """Variables that other processes need to reach a local deployment; for one on AWS they find their own."""
        if self.deployment.aws_endpoint_url is None:
            return {}
        return {"AWS_ACCESS_KEY_ID": _LOCAL, "AWS_SECRET_ACCESS_KEY": _LOCAL, "AWS_EC2_METADATA_DISABLED": "true"}


def connect(deployment: Deployment) -> Connection:
    """Return the way to a deployment's AWS; a local one takes the dummy credentials ``test`` and ``test``."""
    if deployment.aws_endpoint_url is None:
        return Connection(region=deployment.region)
    return Connection(
        endpoint_url=deployment.aws_endpoint_url,
        region=deployment.region,
        access_key_id=_LOCAL,
        secret_access_key=_LOCAL,
    )


def of(context: typer.Context) -> Session:
    """Return the session of a command."""
    session = context.obj
    assert isinstance(session, Session)
    return session


def existing_client(session: Session, name: str) -> ClientName:
    """Return a client's name, once it is found to exist.

    Raises
    ------
    ValueError
        There is no such client; the message says how to make it.
    """
    client = ClientName(name)
    if not session.clients.exists(client):
        raise ValueError(f"there is no client {name!r}: make it with `augury client create {name}`")
    return client


def recorded_client(session: Session, name: str) -> ClientName:
    """Return the name of a client that there is or was: deleted ones have files until they are erased.

    Raises
    ------
    ValueError
        There never was such a client.
    """
    client = ClientName(name)
    if session.clients.record(client) is None:
        raise ValueError(f"there never was a client {name!r}: `augury client list` names those there are")
    return client


def operator() -> str:
    """Return who runs the command, as this machine knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def console() -> Console:
    """Return where people read."""
    return Console(highlight=False)


def print_facts(title: str, facts: Mapping[str, str]) -> None:
    """Print names and values line by line, never cut or broken: a secret that is shown once must be there whole."""
    out = console()
    width = max(map(len, facts), default=0)
    out.print(f"[italic]{escape(title)}[/]", soft_wrap=True)
    for name, value in facts.items():
        out.print(f"  {name:{width}}  [bold]{escape(value)}[/]", soft_wrap=True)


def print_whole(table: RichTable) -> None:
    """Print a table whose keys are there to the last character, however narrow the terminal is."""
    needed = Console(width=_UNLIMITED).measure(table).maximum
    Console(width=max(console().width, needed), highlight=False, soft_wrap=True).print(table)


def say_keep_the_secret() -> None:
    """Tell people that what they just saw won't be shown again."""
    console().print("[yellow]Keep the secret now: it is not kept here and won't be shown again.[/]")


def progress() -> Console:
    """Return where long work is seen, apart from what it prints."""
    return Console(stderr=True, highlight=False)


def print_new_client(client: NewClient) -> None:
    """Print a client's keys and the only showing of its secret."""
    shown = {"js key": client.js_key, "consumer key": client.consumer_key, "consumer secret": client.consumer_secret}
    print_facts(f"Client {client.name}", shown)
    say_keep_the_secret()


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
    missing = {"ApiUrl", "BucketName", "TableName", "PepperSecretArn"} - outputs.keys()
    if missing:
        raise ValueError(f"the stacks of stage {stage!r} lack the outputs {', '.join(sorted(missing))}: deploy them")
    return Deployment(
        profile="aws",
        api_url=outputs["ApiUrl"],
        region=region,
        bucket=outputs["BucketName"],
        table=outputs["TableName"],
        pepper_secret=outputs["PepperSecretArn"],
        events_prefix=outputs.get("EventsPrefix"),
        artifact_signing_key=outputs.get("ArtifactKeyArn"),
        trusted_artifact_keys=outputs.get("TrustedArtifactKeys"),
        allow_unsigned_artifacts=outputs.get("AllowUnsignedArtifacts") == "true",
        http_targets=outputs.get("HttpTargets"),
        microservice_boundary=outputs.get("MicroserviceBoundaryArn"),
        microservice_repository=outputs.get("MicroserviceRepositoryUri"),
    )
