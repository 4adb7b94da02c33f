"""``augury local up --seed``: a client with events and a pipeline, as Seldon Server made one at start-up."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from augury.aws import ObjectStore, Table
from augury.cli import session, training
from augury.cli.api import ApiClient
from augury.cli.examples import DEFINITION, iris_events
from augury.cli.signatures import signer_of, trust_of
from augury.clients import ClientAdmin, NewClient
from augury.local import LocalPlatform
from augury.names import ClientName
from augury.registry import PipelineDeployment, Registry

SEED_CLIENT = ClientName("test")
"""Name of the client that is made."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    client: NewClient
    deployment: PipelineDeployment


def seed(platform: LocalPlatform) -> Seeded:
    """Make the client ``test``, send it the Iris events by HTTP, and train and register their pipeline."""
    connection, deployment = platform.connection, platform.deployment
    table = Table(connection.dynamodb(), deployment.table)
    client = ClientAdmin.of(deployment, connection).create(SEED_CLIENT)
    ApiClient(platform.api_url, client).send_events(iris_events())
    platform.flush()
    first, last = training.last_two_days()
    with tempfile.TemporaryDirectory(prefix="augury-") as scratch:
        version, directory = training.version_of_now(), Path(scratch) / "artifact"
        job = training.Job(client.name, version, directory, signer_of(deployment, connection), quiet=True)
        outcome = training.train_on_events(connection, deployment.bucket, DEFINITION, first, last, job)
        store = ObjectStore(connection.s3(), deployment.bucket)
        trust = trust_of(deployment, connection)
        return Seeded(client, training.register(outcome.directory, client.name, store, Registry(table), trust))


def announce(seeded: Seeded, console: Console) -> None:
    """Print what was made, the secret included: it is shown this once."""
    session.print_new_client(seeded.client)
    console.print(f"  {'pipeline':16} {seeded.deployment.pipeline}, revision {seeded.deployment.revision}")
