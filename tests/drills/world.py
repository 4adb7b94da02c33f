"""What the drills run on: a local AWS behind links that can fail, a client with pipelines, and servers to ask."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from augury.artifacts import DataWindow
from augury.aws import ObjectStore, Table
from augury.cli.api import ApiClient
from augury.clients import ClientAdmin
from augury.lake import model_prefix
from augury.local import LocalPlatform
from augury.local.environment import function_environment
from augury.local.resources import Resources
from augury.names import PipelineName, Version
from augury.registry import PipelineDeployment, PipelineTarget, Registry, plan_promotion, plan_rollback
from augury.registry.targets import Target
from augury.training import add_version, load_definition, register, train
from tests.artifacts import ACME, DEFINITION, FLOWER, SIGNER, TRUST
from tests.container_server import PREDICTOR, Server, running
from tests.drills.faulty_link import FaultyLink
from tests.drills.load import Load
from tests.drills.weight import Weight, weight

IRIS, STEADY, COLD = PipelineName("iris"), PipelineName("steady"), PipelineName("cold")
OLD, NEW, BROKEN = Version("1"), Version("2"), Version("3")
OLD_ANSWER, NEW_ANSWER = "Iris-virginica", "Iris-setosa"
"""What the versions say of the same flower: the new one was trained with these two names exchanged."""

_OF_SERVERS = ("AUGURY_", "AWS_", "POWERTOOLS_")
_ENDS_WITHIN_S = 40.0
_EXCHANGED = {OLD_ANSWER: NEW_ANSWER, NEW_ANSWER: OLD_ANSWER}


@dataclass
class World:
    """All that a drill may turn.

    Parameters
    ----------
    seconds : float
        How long a drill waits where it could wait longer.
    ttl_s : int
        Seconds for which servers take the registry as they know it.
    slack_s : float
        Seconds that a machine with other things to do is given on top.
    """

    registry: Registry
    store: ObjectStore
    s3: FaultyLink
    dynamodb: FaultyLink
    token: str
    variables: dict[str, str]
    directory: Path
    seconds: float
    ttl_s: int
    slack_s: float
    servers: list[Server] = field(default_factory=list)

    @property
    def spread_s(self) -> float:
        """Seconds within which a change must have reached everybody: twice the registry's age, 10 s where that is 5."""
        return 2.0 * self.ttl_s + self.slack_s

    def ports(self) -> Sequence[int]:
        """Return the ports of the servers that take calls."""
        return [server.port for server in self.servers]

    def load(self, pipeline: PipelineName, **options: Any) -> Load:
        """Return requests for a pipeline, still to be started."""
        return Load(self.ports, self.token, pipeline, FLOWER, **options)

    def promote(
        self, pipeline: PipelineName, target: Target, share: float = 1.0, fallbacks: Sequence[Target] = ()
    ) -> PipelineDeployment:
        """Give a target a share of a pipeline's calls."""
        current = self.registry.deployment(ACME, pipeline)
        change = plan_promotion(current, pipeline, target, share=share, fallbacks=fallbacks)
        return self.registry.carry_out(ACME, change)

    def promote_version(self, version: Version, share: float = 1.0) -> None:
        """Give a version of the Iris pipeline a share of its calls."""
        self.promote(IRIS, PipelineTarget(version=version), share)

    def roll_back(self, pipeline: PipelineName) -> None:
        """Bring a pipeline's last revision back."""
        current = self.registry.deployment(ACME, pipeline)
        assert current is not None
        self.registry.carry_out(ACME, plan_rollback(current, list(self.registry.revisions(ACME, pipeline)), None))

    def break_artifact(self, pipeline: PipelineName, version: Version) -> None:
        """Put other bytes in the place of a published model."""
        self.store.put(f"{model_prefix(ACME, pipeline, version)}model.onnx", b"not what was signed")

    @contextmanager
    def weight(self) -> Iterator[Weight]:
        """Have the steady pipeline asked as fast as it goes meanwhile, where `wrk` is installed."""
        with weight(self.ports()[-1], self.token, STEADY, FLOWER) as heavy:
            yield heavy

    @contextmanager
    def another_server(self) -> Iterator[Server]:
        """Have one more server, which is not asked yet."""
        number = len(list(self.directory.iterdir()))
        models = str(self.directory / f"models-{number}")
        with running(PREDICTOR, self.variables, AUGURY_MODEL_CACHE_DIR=models) as server:
            yield server
            server.terminate(_ENDS_WITHIN_S)


@contextmanager
def world(seconds: float, ttl_s: int, slack_s: float = 0) -> Iterator[World]:
    """Make a world with one server, whose Iris pipeline is at its old version and has a new and a broken one."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="augury-drills-")))
        platform = stack.enter_context(LocalPlatform(port=0, state=directory / "local.json"))
        upstream, connection = platform.aws_endpoint_url, platform.connection
        s3, dynamodb = (stack.enter_context(FaultyLink(upstream)) for _ in range(2))
        table = Table(connection.dynamodb(), platform.deployment.table)
        store = ObjectStore(connection.s3(), platform.deployment.bucket)
        client = ClientAdmin.of(platform.deployment, connection).create(ACME)
        made = World(
            registry=Registry(table),
            store=store,
            s3=s3,
            dynamodb=dynamodb,
            token=ApiClient(platform.api_url, client).bearer(),
            variables=_variables(upstream, s3, dynamodb, ttl_s),
            directory=directory / "servers",
            seconds=seconds,
            ttl_s=ttl_s,
            slack_s=slack_s,
        )
        made.directory.mkdir()
        _furnish(made)
        made.servers.append(stack.enter_context(made.another_server()))
        yield made


def _variables(upstream: str, s3: FaultyLink, dynamodb: FaultyLink, ttl_s: int) -> dict[str, str]:
    ours = function_environment(
        Resources(), endpoint_url=upstream, model_cache_dir=Path(), trusted_artifact_keys=SIGNER.public_pem()
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OF_SERVERS)}
    return {
        **inherited,
        **ours,
        "AWS_ENDPOINT_URL_S3": s3.url,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.url,
        "AUGURY_REGISTRY_TTL_S": str(ttl_s),
        "AUGURY_PREDICTION_LOG": "background",
        "AUGURY_PANDAS_LANE": "false",
    }


def _furnish(made: World) -> None:
    for pipeline in (IRIS, STEADY, COLD):
        register(_artifact(pipeline, OLD), ACME, store=made.store, registry=made.registry, trust=TRUST)
    for version in (NEW, BROKEN):
        add_version(_artifact(IRIS, version), ACME, store=made.store, registry=made.registry, trust=TRUST)
    made.break_artifact(IRIS, BROKEN)


@cache
def _artifact(pipeline: PipelineName, version: Version) -> Path:
    events = pd.DataFrame(importlib.import_module("training.iris_xgboost").example_events())
    if version == NEW:
        events["name"] = events["name"].replace(_EXCHANGED)
    directory = _trained() / f"{pipeline}-{version}"
    train(
        load_definition(DEFINITION),
        events,
        client=ACME,
        pipeline=pipeline,
        version=version,
        directory=directory,
        data_window=DataWindow(),
        signer=SIGNER,
    )
    return directory


@cache
def _trained() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="augury-drills-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory
