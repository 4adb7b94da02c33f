"""What it takes to have a microservice answer as a Lambda function: looked up, and planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from augury.aws.function_versions import Alias, FunctionVersions, ImageFunction
from augury.aws.roles import FunctionRole
from augury.deployment.answering import Answering
from augury.deployment.canary import Rollout
from augury.deployment.microservice import Microservice
from augury.deployment.plan import Kind, Plan, Step
from augury.names import PipelineName
from augury.registry import LambdaTarget, PipelineDeployment

LIVE: Final = "live"
"""The alias that answers."""

STABLE: Final = "stable"
"""The alias of the last version that answered all calls: it answers what ``live`` fails."""


@dataclass(frozen=True, slots=True)
class LambdaFacts:
    """What there is of a microservice.

    Parameters
    ----------
    function : ImageFunction or None
        The function, before it is published.
    versions : mapping of str to str
        Number of each published version, by its fingerprint.
    live, stable : Alias or None
        The aliases.
    has_role : bool
        Whether its role is there.
    """

    function: ImageFunction | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    live: Alias | None = None
    stable: Alias | None = None
    has_role: bool = False

    @classmethod
    def survey(cls, functions: FunctionVersions, role: FunctionRole) -> LambdaFacts:
        """Look up what there is."""
        function, has_role = functions.read(), role.arn() is not None
        if function is None:
            return cls(has_role=has_role)
        return cls(function, published(functions), functions.alias(LIVE), functions.alias(STABLE), has_role)

    def version_of(self, service: Microservice) -> str | None:
        """Return the number of a microservice's published version, or None where it has none."""
        return self.versions.get(service.fingerprint)


def published(functions: FunctionVersions) -> dict[str, str]:
    """Return the number of each published version of a function, by its fingerprint."""
    return {told.rpartition(" ")[2]: number for number, told in functions.versions()}


def description(service: Microservice) -> str:
    """Return the description of a published version: its name for people, and its fingerprint."""
    return f"{service.version} {service.fingerprint}"


def wanted_function(service: Microservice, role: str) -> ImageFunction:
    """Return the function that a microservice becomes."""
    return ImageFunction(
        name=service.function,
        image=service.image,
        role=role,
        memory_mb=service.memory_mb,
        timeout_s=service.longest_call_s,
        environment=service.environment,
        tags=service.tags,
    )


def lambda_answering(service: Microservice, pipeline: PipelineName, share: float | None) -> Answering:
    """Return what a microservice is to answer as a Lambda function."""
    live, stable = (
        LambdaTarget(function=service.function, alias=alias, timeout_s=service.timeout_s) for alias in (LIVE, STABLE)
    )
    return Answering(
        client=service.client, pipeline=pipeline, label=service.name, target=live, share=share, stable=stable
    )


def plan_lambda(
    service: Microservice,
    facts: LambdaFacts,
    role: str,
    answering: Answering,
    current: PipelineDeployment | None,
    rollout: Rollout,
) -> Plan:
    """Return the steps from what there is to a microservice that answers its part of the calls.

    Parameters
    ----------
    service : Microservice
        What is to run.
    facts : LambdaFacts
        What there is.
    role : str
        ARN that its role has, or will have.
    answering : Answering
        What it is to answer.
    current : PipelineDeployment or None
        Who answers now.
    rollout : Rollout
        How it takes over.
    """
    number = facts.version_of(service)
    is_published = number is not None
    as_wanted = is_published or facts.function == wanted_function(service, role)
    has_calls = answering.share_of(current) > 0
    steps = [
        Step(Kind.LOG_GROUP, f"keep logs in /aws/lambda/{service.function}", is_published),
        Step(Kind.ROLE, f"let role {service.function} write these logs, and nothing else", is_published),
        Step(Kind.FUNCTION, f"set function {service.function} to {service.image}", as_wanted),
        Step(Kind.PUBLISH, f"publish it as {service.version}", is_published),
        Step(Kind.CHECK, "ask the new version whether it speaks the contract", _is_live(facts, number)),
        *_shifts(facts, number, rollout if has_calls else Rollout(shares=())),
        *answering.steps(current, rollout),
    ]
    return Plan(f"{service.name} {service.version} for {service.client}, as a Lambda function", tuple(steps))


def _is_live(facts: LambdaFacts, number: str | None) -> bool:
    return facts.live is not None and number is not None and facts.live.version == number


def _shifts(facts: LambdaFacts, number: str | None, rollout: Rollout) -> Iterator[Step]:
    """Yield the shares of the calls of an alias that a new version goes through."""
    is_live = _is_live(facts, number)
    has = (facts.live.shares.get(number, 0.0) if number else 0.0) if facts.live else 1.0
    for share in () if is_live or facts.live is None else rollout.shares:
        if share >= has:
            says = f"send {share * 100:.4g}% of its calls to the new version and watch it for {rollout.watch_s:g} s"
            yield Step(Kind.SHIFT, says, share=share, watch_s=rollout.watch_s)
    is_whole = is_live and facts.live is not None and not facts.live.shares
    yield Step(Kind.COMPLETE, "send all of its calls to the new version", is_whole)
    is_stable = is_whole and facts.stable is not None and facts.stable.version == number
    yield Step(Kind.SETTLE, "let the new version answer in its own stead should a call fail", is_stable)
