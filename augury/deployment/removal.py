"""Taking a microservice down: first nobody calls it, then it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from augury.deployment.clock import Clock
from augury.deployment.lock import DeployLock
from augury.deployment.plan import Kind, Plan, Step
from augury.names import ClientName, PipelineName, ServiceName
from augury.registry import PipelineDeployment, Registry, Target, plan_withdrawal

SETTLED_S: Final = 30.0
"""Seconds after which nobody calls a target that was withdrawn: 10 until all have read the change, 20 for a call."""

type IsOurs = Callable[[Target], bool]
"""Tells whether a target is the microservice."""


class RemovalRefused(ValueError):
    """A microservice that can't go yet; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that a microservice consists of.

    Parameters
    ----------
    name : str
        What it is called, its kind included.
    is_there : bool
        Whether it was found.
    """

    name: str
    is_there: bool


def plan_removal(
    service: ServiceName,
    client: ClientName,
    deployments: Iterable[PipelineDeployment],
    is_ours: IsOurs,
    resources: Iterable[Resource],
    *,
    force: bool = False,
) -> Plan:
    """Return the steps from a microservice to none.

    Parameters
    ----------
    service, client
        The microservice.
    deployments : iterable of PipelineDeployment
        Who answers the client's calls.
    is_ours : callable
        Tells whether a target is the microservice.
    resources : iterable of Resource
        What it consists of, in the order in which it is removed.
    force : bool
        Whether to remove it even though calls will then fail.

    Raises
    ------
    RemovalRefused
        It is the only one that answers a pipeline, or others fall back on it.
    """
    found = list(deployments)
    if not force:
        _require_replaceable(service, found, is_ours)
    withdrawals = [step for one in found for step in _withdrawals(one, is_ours)]
    left = list(resources)
    is_gone = not any(resource.is_there for resource in left)
    wait = Step(Kind.WAIT, f"wait {SETTLED_S:g} s until nobody calls it", is_gone)
    removals = [Step(Kind.REMOVE, f"remove {one.name}", not one.is_there, one.name) for one in left]
    return Plan(f"{service} of {client} goes", (*withdrawals, wait, *removals))


def _require_replaceable(service: ServiceName, deployments: Iterable[PipelineDeployment], is_ours: IsOurs) -> None:
    for deployment in deployments:
        others = [one for one in deployment.answering if one.ratio > 0 and not is_ours(one.target)]
        if not others:
            raise RemovalRefused(
                f"{service} is all that answers pipeline {deployment.pipeline}: let another one answer first, with "
                f"`augury pipeline promote`, or give --force, and its calls fail"
            )
        for variation in deployment.variations:
            if not is_ours(variation.target) and any(map(is_ours, variation.fallbacks)):
                raise RemovalRefused(
                    f"variation {variation.label} of pipeline {deployment.pipeline} falls back on {service}: "
                    "promote it anew with other fallbacks first, or give --force"
                )


def _withdrawals(deployment: PipelineDeployment, is_ours: IsOurs) -> Iterator[Step]:
    """Yield what takes the microservice out of a deployment; the last variation that answers can't be taken out."""
    left = [one for one in deployment.answering if one.ratio > 0 and not is_ours(one.target)]
    for variation in deployment.variations:
        if is_ours(variation.target) and left:
            says = f"let the others answer the calls of {deployment.pipeline} in place of {variation.label}"
            yield Step(Kind.WITHDRAW, says, subject=f"{deployment.pipeline}/{variation.label}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalWork:
    """Does the steps of a removal.

    Parameters
    ----------
    client : ClientName
        Whose microservice.
    registry : Registry
        Who answers.
    removals : mapping of str to callable
        Removes what a step names; what is not there is removed already.
    lock : DeployLock
        Held meanwhile.
    clock : Clock
        The time.
    by : str
        Who removes it.
    """

    client: ClientName
    registry: Registry
    removals: Mapping[str, Callable[[], None]]
    lock: DeployLock
    clock: Clock
    by: str

    def do(self, step: Step) -> None:
        """Do a step; doing it again changes nothing."""
        self.lock.renew()
        if step.kind is Kind.WITHDRAW:
            self._withdraw(*step.subject.split("/"))
        elif step.kind is Kind.WAIT:
            self.clock.sleep(SETTLED_S)
        else:
            self.removals[step.subject]()

    def take_back(self) -> str | None:
        """Take nothing back: what is gone is gone."""
        return None

    def _withdraw(self, pipeline: str, label: str) -> None:
        current = self.registry.deployment(self.client, PipelineName(pipeline))
        if current is not None and current.find(label) is not None:
            change = plan_withdrawal(current, label)
            self.registry.carry_out(self.client, change, by=self.by, reason=f"{label} is removed")
