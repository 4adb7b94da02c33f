"""Doing the steps of a microservice that is a Lambda function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import orjson

from augury.aws import AwsUnavailable, FunctionRaised, InvocationTimedOut, NotFound, NotInvoked
from augury.aws.connection import Connection
from augury.aws.function_counts import CallCounts, FunctionCounts
from augury.aws.function_versions import Alias, FunctionBroken, FunctionVersions, RoleNotReady
from augury.aws.log_groups import ensure_log_group
from augury.aws.roles import FunctionRole
from augury.deployment.canary import Probe
from augury.deployment.contract import ContractBroken
from augury.deployment.failures import RolloutFailed
from augury.deployment.lambda_plan import (
    LIVE,
    STABLE,
    LambdaFacts,
    description,
    plan_lambda,
    published,
    wanted_function,
)
from augury.deployment.microservice_work import MicroserviceWork
from augury.deployment.plan import Kind, Plan, Step

_COLD_S = 16.0  # the first call of a version pulls the image and starts it
_ROLE_TRIES = 12
_ROLE_PAUSE_S = 2.5
_LOG_DAYS = 30


class Invoker(Protocol):
    """Calls functions, as :class:`augury.aws.FunctionInvoker` does."""

    def invoke(self, function: str, alias: str, payload: bytes, *, within_s: float) -> bytes:
        """Return a function's answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaWork(MicroserviceWork):
    """Does the steps of one microservice on Lambda; what is alike everywhere is :class:`MicroserviceWork`'s.

    Parameters
    ----------
    connection : Connection
        Where AWS is.
    invoker : Invoker
        Calls the new version.
    boundary : str
        ARN of the policy that its role stays within.
    """

    connection: Connection
    invoker: Invoker
    boundary: str
    functions: FunctionVersions = field(init=False)
    role: FunctionRole = field(init=False)

    def __post_init__(self) -> None:
        name = self.service.function
        object.__setattr__(self, "functions", FunctionVersions(self.connection.function_admin(), name))
        object.__setattr__(self, "role", FunctionRole(self.connection.iam(), name, self.boundary))

    def plan(self) -> Plan:
        """Return the steps that are left, from what there is now."""
        role = role_arn(self.boundary, self.service.function)
        facts = LambdaFacts.survey(self.functions, self.role)
        return plan_lambda(self.service, facts, role, self.answering, self.current(), self.rollout)

    def do(self, step: Step) -> None:
        """Do a step; doing it again changes nothing."""
        self.lock.renew()
        work: dict[Kind, Callable[[], None]] = {
            Kind.LOG_GROUP: self._keep_logs,
            Kind.ROLE: self._make_role,
            Kind.FUNCTION: self._set_function,
            Kind.PUBLISH: self._publish,
            Kind.CHECK: partial(self.contract.check, self._ask),
            Kind.SHIFT: partial(self._shift, step),
            Kind.COMPLETE: partial(self._point, LIVE),
            Kind.SETTLE: partial(self._point, STABLE),
            Kind.ANSWER: partial(self.answer, step),
        }
        try:
            work[step.kind]()
        except FunctionBroken as error:
            raise RolloutFailed(f"Lambda can't run the image: {error}") from error

    def take_back(self) -> str | None:
        """Let the version that answered before a canary answer all calls again."""
        told = self.take_back_calls()
        live = self.functions.alias(LIVE)
        if live is not None and live.shares:
            told.append(self._point_back(live.version))
        return " and ".join(told) or None

    def roll_back(self) -> str | None:
        """Do so for a deployment that broke off, wherever it did."""
        told = self.take_back()
        live, stable = self.functions.alias(LIVE), self.functions.alias(STABLE)
        if live is None or stable is None or live.version == stable.version:
            return told
        return " and ".join(filter(None, [told, self._point_back(stable.version)]))

    def _point_back(self, version: str) -> str:
        self.functions.point(LIVE, Alias(version, {}))
        return f"version {version} of {self.service.function} answers all of its calls again"

    def _keep_logs(self) -> None:
        name = f"/aws/lambda/{self.service.function}"
        ensure_log_group(self.connection.logs(), name, days=_LOG_DAYS, tags=self.service.tags)

    def _make_role(self) -> None:
        self.role.write([_logs_statement(self.boundary, self.service.function), _TRACES], self.service.tags)

    def _set_function(self) -> None:
        """Change the function; a new role takes Lambda some seconds to know."""
        wanted = wanted_function(self.service, role_arn(self.boundary, self.service.function))
        for left in reversed(range(_ROLE_TRIES)):
            try:
                return self.functions.write(wanted)
            except RoleNotReady as error:
                if not left:
                    raise AwsUnavailable(f"set {wanted.name}: {error}") from error
                self.clock.sleep(_ROLE_PAUSE_S)
        return None

    def _publish(self) -> None:
        if self.service.fingerprint not in published(self.functions):
            self.functions.publish(description(self.service))

    def _shift(self, step: Step) -> None:
        live, number = self.functions.alias(LIVE), self._number
        assert step.share is not None
        if live is not None and live.version != number:
            self.functions.point(LIVE, Alias(live.version, {number: step.share}))
        self.watch(step)

    def _point(self, alias: str) -> None:
        self.functions.point(alias, Alias(self._number, {}))

    @property
    def _number(self) -> str:
        try:
            return published(self.functions)[self.service.fingerprint]
        except KeyError:
            raise NotFound(f"the version of {self.service.function} that was published is gone") from None

    def probe(self) -> Probe:
        """Return what counts by CloudWatch, and asks the new version besides."""
        return self._counted

    def _counted(self, since: datetime) -> CallCounts:
        """Count the new version's calls by CloudWatch, and ask it once more besides."""
        metrics = FunctionCounts(self.connection.cloudwatch(), self.service.function, LIVE)
        counts = metrics.of_version(self._number, since, self.clock.now())
        self.contract.check(self._ask)
        return counts

    def _ask(self, json: str) -> bytes:
        payload = orjson.dumps({"client": self.service.client, "json": json})
        try:
            return self.invoker.invoke(self.service.function, self._number, payload, within_s=_COLD_S)
        except FunctionRaised:
            raise ContractBroken(f"it ended with an error; see /aws/lambda/{self.service.function}") from None
        except InvocationTimedOut:
            raise ContractBroken(f"it did not answer within {_COLD_S:g} s") from None
        except NotInvoked as error:
            raise AwsUnavailable(f"Lambda could not call {error} just now") from None


def role_arn(boundary: str, name: str) -> str:
    """Return the ARN of a role in the account of its boundary.

    Examples
    --------
    >>> role_arn("arn:aws:iam::123456789012:policy/augury-dev-microservice", "augury-dev_acme_scores")
    'arn:aws:iam::123456789012:role/augury-dev_acme_scores'
    """
    return f"{boundary.rpartition(':')[0]}:role/{name}"


def _logs_statement(boundary: str, function: str) -> dict[str, Any]:
    partition, account = boundary.split(":")[1], boundary.split(":")[4]
    group = f"arn:{partition}:logs:*:{account}:log-group:/aws/lambda/{function}:*"
    return {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group}


# X-Ray has no resources that a statement could name ("Actions, resources, and condition keys for AWS X-Ray").
_TRACES = {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}
