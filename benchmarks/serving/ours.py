"""Augury as a contestant: a platform behind it, clients with pipelines, and the environment of its processes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import urllib3

from augury.artifacts import MANIFEST_FILE, LocalSigner, Trust
from augury.aws import ObjectStore, Table
from augury.clients import ClientAdmin, NewClient
from augury.local import LocalPlatform
from augury.names import ClientName
from augury.registry import Registry, VersionExists
from augury.training import register
from benchmarks.serving import artifact
from benchmarks.serving.contestants import Contestant
from benchmarks.serving.environments import ROOT, Workshop, environment
from benchmarks.serving.ports import free_port

CLIENT = ClientName("acme")
_LOCK = ROOT / "requirements" / "serve.txt"


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind our servers: AWS, and a client with a pipeline."""

    platform: LocalPlatform
    scratch: Path
    client: NewClient

    def token(self) -> str:
        """Return a bearer token, as the client gets one."""
        pair = f"{self.client.consumer_key}:{self.client.consumer_secret}"
        answer = urllib3.request(
            "POST",
            f"{self.platform.api_url}/token",
            body=b"grant_type=client_credentials",
            headers=urllib3.make_headers(basic_auth=pair) | {"Content-Type": "application/x-www-form-urlencoded"},
        )
        return str(answer.json()["access_token"])

    def register(self, clients: Sequence[ClientName]) -> None:
        """Give each of some clients the pipeline, in an artifact of its own."""
        deployment, aws = self.platform.deployment, self.platform.connection
        signer = LocalSigner.read_or_make(Path(deployment.artifact_signing_key or ""))
        store, registry = ObjectStore(aws.s3(), deployment.bucket), Registry(Table(aws.dynamodb(), deployment.table))
        trust = Trust([signer.public_pem()])
        for client in clients:
            directory = artifact.write(self.scratch / "artifacts" / client, client, signer)
            register(directory, client, store=store, registry=registry, trust=trust)

    def register_on_disk(self, clients: Sequence[ClientName]) -> None:
        """Give each of some clients the pipeline, in an artifact of its own that was fetched already."""
        deployment, aws = self.platform.deployment, self.platform.connection
        signer = LocalSigner.read_or_make(Path(deployment.artifact_signing_key or ""))
        registry = Registry(Table(aws.dynamodb(), deployment.table))
        for client in clients:
            directory = artifact.write(self.scratch / "artifacts" / client, client, signer)
            digest = sha256((directory / MANIFEST_FILE).read_bytes()).hexdigest()
            # A slow answer is asked for again, and moto does not know a transaction by its token, as DynamoDB does.
            with suppress(VersionExists):
                registry.register(client, artifact.PIPELINE, artifact.VERSION, manifest_sha256=digest, metrics={})
            registry.make_default(client, artifact.PIPELINE)
            copy = self.scratch / "models" / client / artifact.PIPELINE / f"{artifact.VERSION}-{digest[:16]}"
            copy.parent.mkdir(parents=True)
            directory.rename(copy)

    def environment(self, workshop: Workshop, **more: str) -> dict[str, str]:
        """Return the variables of a process that serves, as a deployment has them."""
        deployed = {
            "AUGURY_PANDAS_LANE": "false",
            "AUGURY_PREDICTION_LOG": "background",
            "AUGURY_REGISTRY_TTL_S": "5",
            "AUGURY_MODEL_CACHE_DIR": str(self.scratch / "models"),
            "POWERTOOLS_METRICS_DISABLED": "false",
            "PYTHONPATH": str(ROOT),
        }
        return environment(workshop, **deployed | more)


@contextmanager
def backing(scratch: Path) -> Iterator[Backing]:
    """Start a platform with a client that has the pipeline."""
    with LocalPlatform(port=0, state=scratch / "local.json") as platform:
        made = ClientAdmin.of(platform.deployment, platform.connection).create(CLIENT)
        stands = Backing(platform, scratch, made)
        stands.register([CLIENT])
        yield stands


def server(backing: Backing, workshop: Workshop) -> Contestant:
    """Return our server as it runs in the predictor's container: token, schema, routing, log and metrics are on."""
    port = free_port()
    return Contestant(
        name="Augury",
        command=[str(python(workshop)), "-m", "functions.predict.server"],
        env=backing.environment(workshop, AUGURY_PORT=str(port)),
        port=port,
        path="/predict",
        body=lambda row: {"data": {name: value for name, value in row.items() if value is not None}},
        probability=probability,
        directory=backing.scratch,
        headers={"Authorization": f"Bearer {backing.token()}"},
    )


def python(workshop: Workshop) -> Path:
    """Return the interpreter of an environment that holds what the predictor's image does."""
    return workshop.python("augury", _LOCK)


def probability(answer: Mapping[str, Any]) -> float:
    """Return the probability of class 1 in an answer of ours."""
    (found,) = (each for each in answer["predictions"] if each["predictedClass"] == "1")
    return float(found["prediction"])


def is_quiet() -> bool:
    """Whether this machine has little else to do."""
    return os.getloadavg()[0] < 1.0
