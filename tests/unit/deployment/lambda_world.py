"""A Lambda service for deployments: moto's functions, versions, aliases, roles and metrics, and images that answer.

Moto runs an image only by an engine of containers, and routes no calls by an alias's shares. Here an image is a Python
function; a call goes to the version that the alias's shares draw ("Lambda function weighted alias routing", AWS Lambda
developer guide), in turn rather than at random; and each is counted in the metrics that Lambda would write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from augury.aws import FunctionRaised, Table
from augury.aws.connection import Connection
from augury.deployment import Answering, Contract, DeployLock, Microservice, Rollout
from augury.deployment.lambda_plan import LIVE, lambda_answering
from augury.deployment.lambda_work import LambdaWork
from augury.names import ClientName, PipelineName, ServiceName
from augury.registry import Registry
from tests.unit.deployment.clocks import SteppedClock

ACME = ClientName("acme")
SCORES = PipelineName("scores")
BOUNDARY = "arn:aws:iam::123456789012:policy/augury-dev-microservice"
CALLS_PER_S = 10

type Image = Callable[[dict[str, str]], bytes]


def answer(name: str) -> Image:
    """Return an image that answers well, by its name."""
    body = {"meta": {"modelName": name}, "predictions": [{"prediction": 1, "predictedClass": None, "confidence": None}]}
    return lambda event: orjson.dumps(body)


def crash(event: dict[str, str]) -> bytes:
    raise RuntimeError("an image of a client's own")


def failing_for_callers(event: dict[str, str]) -> bytes:
    """Answer what Augury asks to look at it, and fail what clients ask."""
    return crash(event) if "augury-deploy-check" not in event["json"] else answer("two-faced")(event)


def address(digit: str) -> str:
    return f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/scores@sha256:{digit * 64}"


def microservice(version: str, **settings: Any) -> Microservice:
    settings = {"name": ServiceName("scores"), "client": ACME, "stage": "dev", **settings}
    return Microservice(version=version, image=address(version), **settings)


def find_problem(body: bytes) -> str | None:
    return None if b'"predictions"' in body else "predictions must be a list"


class Killed(BaseException):
    """The operator's process ended, and nothing more was done."""


@dataclass
class LambdaWorld:
    """An account with a client."""

    connection: Connection
    table: Table
    images: dict[str, Image] = field(default_factory=dict)
    clock: SteppedClock = field(default_factory=SteppedClock)
    calls: int = 0
    failed: int = 0
    until_killed: int | None = None
    runs: int = 0
    published: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry = Registry(self.table)
        self.clock.meanwhile = self.let_clients_call
        self.connection.session.events.register("before-call", self._count_call)
        self.connection.session.events.register("after-call.lambda.PublishVersion", self._keep_image)

    def work(self, service: Microservice, **changes: Any) -> LambdaWork:
        """Return what deploys a microservice, with a lock of its own."""
        self.runs += 1
        share = changes.pop("share", None)
        answering: Answering = lambda_answering(service, changes.pop("pipeline", SCORES), share)
        lock = DeployLock(self.table, ACME, service.name, holder="ann", run=f"run-{self.runs}", clock=self.clock)
        arguments: dict[str, Any] = {
            "service": service,
            "connection": self.connection,
            "invoker": self,
            "boundary": BOUNDARY,
            "registry": self.registry,
            "answering": answering,
            "rollout": Rollout(watch_s=60),
            "contract": Contract(find_problem, {"f1": 1}),
            "lock": lock,
            "clock": self.clock,
            "by": "ann",
        }
        return LambdaWork(**arguments | changes)

    def invoke(self, function: str, alias: str, payload: bytes, *, within_s: float) -> bytes:
        """Call a version as Lambda does."""
        return self._run(function, self.image_of(alias), payload)

    def image_of(self, version: str) -> str:
        """Return the first digit of the digest of a version's image."""
        return self.published[version]

    def _run(self, function: str, image: str, payload: bytes) -> bytes:
        try:
            return self.images[image](orjson.loads(payload))
        except RuntimeError:
            raise FunctionRaised(function) from None

    def let_clients_call(self, seconds: float) -> None:
        """Have clients call the alias that answers them for so long, and count as Lambda does."""
        with self.immortal():
            self._let_clients_call(seconds)

    def _let_clients_call(self, seconds: float) -> None:
        deployment = self.registry.deployment(ACME, SCORES)
        found = deployment.find("scores") if deployment else None
        if deployment is None or found is None or found.target.kind != "lambda":
            return
        alias = self.connection.function_admin().get_alias(FunctionName=found.target.function, Name=LIVE)
        shares = dict((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})
        shares[alias["FunctionVersion"]] = 1 - sum(shares.values())
        for version, share in shares.items():
            calls = round(CALLS_PER_S * seconds * share * deployment.share(found))
            self._count(found.target.function, version, calls)

    def _count(self, function: str, version: str, calls: int) -> None:
        errors, image = 0, self.image_of(version)
        for _ in range(calls):
            try:
                self._run(function, image, b'{"client":"acme","json":"{}"}')
            except FunctionRaised:
                errors += 1
        self.calls += calls
        self.failed += errors
        named = {"FunctionName": function, "Resource": f"{function}:{LIVE}", "ExecutedVersion": version}
        dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
        self.connection.cloudwatch().put_metric_data(
            Namespace="AWS/Lambda",
            MetricData=[
                {"MetricName": metric, "Dimensions": dimensions, "Timestamp": self.clock.now(), "Value": value}
                for metric, value in (("Invocations", calls), ("Errors", errors))
            ],
        )

    def _keep_image(self, parsed: dict[str, Any], **_: object) -> None:
        """Keep what a version was made from: moto's versions all show the image that the function has now."""
        with self.immortal():
            found = self.connection.function_admin().get_function(FunctionName=parsed["FunctionName"])
        self.published.setdefault(parsed["Version"], found["Code"]["ImageUri"].rpartition(":")[2][0])

    @contextmanager
    def immortal(self) -> Iterator[None]:
        """Count no calls of what is not the operator's."""
        until_killed, self.until_killed = self.until_killed, None
        try:
            yield
        finally:
            self.until_killed = until_killed

    def _count_call(self, **_: object) -> None:
        if self.until_killed is not None:
            self.until_killed -= 1
            if self.until_killed < 0:
                raise Killed
