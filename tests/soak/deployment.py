"""Augury in one process, without sockets: the real functions, moto and the local Firehose, on a stepped clock."""

from __future__ import annotations

import gc
import importlib
import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self
from unittest.mock import patch

import botocore.endpoint
from moto import mock_aws

from augury import routes
from augury.aws import ObjectStore, SecretStore, Table
from augury.aws.connection import Connection
from augury.clients import ClientAdmin, Pepper
from augury.ingest import delivery
from augury.local import resources as local_resources
from augury.local.environment import environment, function_environment
from augury.local.faults import FirehoseFaults
from augury.local.firehose import FirehoseStandIn
from augury.local.functions import FunctionConfiguration, FunctionFailed, LocalFunction
from augury.local.notifications import EventSourceMapping
from augury.local.payload import HttpAnswer, HttpRequest, answer_of, event_of
from augury.local.resources import Resources
from augury.names import ClientName
from tests.soak.clock import SteppedClock
from tests.soak.network import Killed, Network

BUFFER_INTERVAL = timedelta(minutes=15)
"""The longest that Firehose buffers: a soak of many hours then has few enough objects to look at every one."""

_ROTATION_STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass(frozen=True, slots=True)
class Caller:
    """One client's credentials."""

    client: ClientName
    js_key: str
    token: str


class Deployment:
    """One deployment, from ``with`` to its end."""

    def __init__(self, clock: SteppedClock, network: Network, firehose_faults: FirehoseFaults) -> None:
        self.clock = clock
        self.network = network
        self.resources = Resources()
        self.firehose = FirehoseStandIn(clock=self.clock, interval=BUFFER_INTERVAL, faults=firehose_faults)
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._running.close()
        gc.collect()  # what was stored hangs together in circles, a quarter of a gigabyte each time

    @property
    def store(self) -> ObjectStore:
        """The data bucket, by a connection that no fault touches."""
        return self._store

    def add_client(self, name: str) -> Caller:
        """Make a client and get it a token from the real endpoint."""
        client = self._clients.create(ClientName(name))
        form = f"grant_type=client_credentials&client_id={client.consumer_key}&client_secret={client.consumer_secret}"
        request = _request("POST", "/token", "application/x-www-form-urlencoded", form.encode())
        answer = self._called(self._token, request)
        return Caller(client.name, client.js_key, json.loads(answer.body)["access_token"])

    def call(self, method: str, target: str, body: bytes = b"", **headers: str) -> HttpAnswer:
        """Send one request through the ingest function, in rough conditions."""
        with self.network.rough():
            return self._called(self._ingest, _request(method, target, headers.pop("content_type", ""), body, headers))

    def retire_environment(self) -> None:
        """End the ingest function's environment between two calls, and with it what it has looked up."""
        self._ingest.restart()

    def deliver(self) -> None:
        """Let Firehose deliver what is due."""
        self.firehose.flush_due()

    def split(self) -> None:
        """Let the split function take what it is told of, in rough conditions."""
        with self.network.rough():
            self._notifications.drain()

    def _called(self, function: LocalFunction, request: HttpRequest) -> HttpAnswer:
        path = request.target.partition("?")[0]
        event = event_of(request, f"{request.method} {path}", port=443, now=self.clock())
        try:
            return answer_of(function.invoke(event))
        except FunctionFailed:
            return HttpAnswer.message(500, "Internal Server Error")

    def _start(self, running: ExitStack) -> None:
        running.enter_context(mock_aws())
        running.enter_context(self.firehose)
        variables = function_environment(self.resources, endpoint_url="", model_cache_dir=Path("unused"))
        del variables["AWS_ENDPOINT_URL"]
        running.enter_context(environment(variables | {"AUGURY_TOKEN_LIFETIME_S": "3600"}))
        running.enter_context(stepped_sleep(self.clock))
        running.enter_context(quiet_logs())
        running.enter_context(self.network.installed())
        self.connection = Connection(region=self.resources.region)
        queue = local_resources.create(self.resources, self.connection)
        self.queue = queue
        self._store = ObjectStore(self.connection.s3(), self.resources.bucket)
        table = Table(self.connection.dynamodb(), self.resources.table)
        pepper = SecretStore(self.connection.secretsmanager(), self.resources.pepper_secret)
        self._clients = ClientAdmin(table, Pepper(pepper))
        self._rotate_signing_key()
        self._token = running.enter_context(self._function("token", routes.Function.TOKEN.handler))
        self._ingest = running.enter_context(self._function("ingest", routes.Function.INGEST.handler))
        split = running.enter_context(self._function("split", routes.SPLIT_HANDLER, timeout_s=300))
        self.sqs = self.connection.sqs()
        self._notifications = EventSourceMapping(
            self.sqs, queue_url=queue.url, queue_arn=queue.arn, region=self.resources.region, function=split
        )

    def _function(self, name: str, handler: str, timeout_s: float = 30.0) -> MortalFunction:
        return MortalFunction(FunctionConfiguration(name, handler, timeout_s=timeout_s), self.clock)

    def _rotate_signing_key(self) -> None:
        token = str(uuid.uuid4())
        with LocalFunction(FunctionConfiguration("rotate", routes.ROTATE_HANDLER)) as rotate:
            for step in _ROTATION_STEPS:
                rotate.invoke({"Step": step, "SecretId": self.resources.signing_secret, "ClientRequestToken": token})


class MortalFunction(LocalFunction):
    """A function whose environment can end at any call that it makes: the next invocation is a cold start."""

    def __init__(self, configuration: FunctionConfiguration, clock: SteppedClock) -> None:
        super().__init__(configuration, now=clock.monotonic)
        self._clock = clock

    def __enter__(self) -> Self:
        super().__enter__()
        module = importlib.import_module(self.configuration.handler.rpartition(".")[0])
        if "datetime" in vars(module):
            vars(module)["datetime"] = self._clock.as_datetime_class()
        return self

    def restart(self) -> None:
        """Begin a new environment."""
        self.__exit__(None, None, None)
        self.__enter__()

    def invoke(self, event: Any) -> Any:
        """Call the handler; what it did before it was killed stays done, and its caller is told of a failure."""
        try:
            return super().invoke(event)
        except Killed as killed:
            self.restart()
            raise FunctionFailed(self.configuration.name) from killed


@contextmanager
def stepped_sleep(clock: SteppedClock) -> Iterator[None]:
    """Make the pauses of delivery and of botocore's retries step the clock."""
    stepped = delivery.Clock(now=clock.monotonic, sleep=clock.step)
    with (
        patch.object(delivery, "Clock", lambda: stepped),
        patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=clock.step)),
    ):
        yield


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keep back what the parts say of every fault: there are thousands."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _request(
    method: str, target: str, content_type: str, body: bytes, headers: dict[str, str] | None = None
) -> HttpRequest:
    pairs = [("host", "api.example"), *((name.replace("_", "-"), value) for name, value in (headers or {}).items())]
    if content_type:
        pairs.append(("content-type", content_type))
    return HttpRequest(method, target, "HTTP/1.1", pairs, body, "203.0.113.7")
