"""What the processes of a drill stand on: an AWS on this machine, with a client's pipeline registered."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.frames.predictions import prediction_lines
from augury.lake import RAW_PREDICTIONS
from augury.local import resources as local_resources
from augury.local.background import repeated
from augury.local.environment import ACCESS_KEY_ID, SECRET_ACCESS_KEY, environment, function_environment
from augury.local.faults import FirehoseFaults
from augury.local.firehose import FirehoseStandIn
from augury.local.moto_server import moto_server
from augury.local.resources import Resources
from augury.registry import Registry
from augury.training import register
from tests.artifacts import ACME, SIGNER, TRUST, trained_iris
from tests.log_drill.scenario import Scenario

_FLUSH_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """A running stage."""

    connection: Connection
    store: ObjectStore
    firehose: FirehoseStandIn
    faults: FirehoseFaults
    variables: Mapping[str, str]

    def read(self) -> list[str]:
        """Return the puids that a reader of the log gets."""
        today = datetime.now(UTC).date()
        lines = prediction_lines(self.connection, self.store.bucket, ACME, today - timedelta(days=1), today)
        return [line["puid"] for line in lines]

    def count_lines(self) -> int:
        """Return how many lines the lake holds, those that are there twice included."""
        bodies = (gzip.decompress(self.store.get(found.key)) for found in self.store.list(RAW_PREDICTIONS))
        return sum(body.count(b"\n") for body in bodies)


@contextmanager
def stage(scenario: Scenario) -> Iterator[Stage]:
    """Set a stage."""
    resources = Resources()
    faults = FirehoseFaults(Random(scenario.seed), dict(scenario.faults))
    firehose = FirehoseStandIn(interval=timedelta(seconds=_FLUSH_EVERY_S), faults=faults)
    with firehose, moto_server() as url, tempfile.TemporaryDirectory(prefix="augury-drill-") as models:
        connection = Connection(
            endpoint_url=url,
            region=resources.region,
            access_key_id=ACCESS_KEY_ID,
            secret_access_key=SECRET_ACCESS_KEY,
        )
        local_resources.create(resources, connection)
        store = ObjectStore(connection.s3(), resources.bucket)
        registry = Registry(Table(connection.dynamodb(), resources.table))
        register(trained_iris().directory, ACME, store=store, registry=registry, trust=TRUST)
        variables = function_environment(
            resources,
            endpoint_url=url,
            model_cache_dir=Path(models),
            trusted_artifact_keys=SIGNER.public_pem(),
        )
        flushing = repeated(firehose.flush_due, every_s=_FLUSH_EVERY_S / 2, name="firehose")
        with environment(variables), flushing:
            yield Stage(connection, store, firehose, faults, variables | {"AUGURY_PREDICTION_LOG": "background"})
