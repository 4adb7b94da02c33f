"""Doing the steps of a microservice: what is alike wherever it runs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from augury.deployment.answering import Answering
from augury.deployment.canary import Probe, Rollout, watch
from augury.deployment.clock import Clock
from augury.deployment.contract import Contract
from augury.deployment.lock import DeployLock
from augury.deployment.microservice import Microservice
from augury.deployment.plan import Step
from augury.registry import PipelineDeployment, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class MicroserviceWork(ABC):
    """Does the steps of one microservice.

    Parameters
    ----------
    service : Microservice
        What is to run.
    registry : Registry
        Who answers.
    answering : Answering
        What it is to answer.
    rollout : Rollout
        How it takes over.
    contract : Contract
        What it is asked.
    lock : DeployLock
        Held meanwhile.
    clock : Clock
        The time.
    by : str
        Who deploys.
    """

    service: Microservice
    registry: Registry
    answering: Answering
    rollout: Rollout
    contract: Contract
    lock: DeployLock
    clock: Clock
    by: str

    @abstractmethod
    def probe(self) -> Probe:
        """Return what counts the calls and errors of the new version from now on."""

    def current(self) -> PipelineDeployment | None:
        """Return who answers now."""
        return self.registry.deployment(self.answering.client, self.answering.pipeline)

    def answer(self, step: Step) -> None:
        """Let the new version answer its share of the calls, and watch it where the step says for how long."""
        assert step.share is not None
        is_last = not step.watch_s
        self.answering.revise(self.registry, step.share, is_last=is_last, by=self.by, version=self.service.version)
        if not is_last:
            self.watch(step)

    def watch(self, step: Step) -> None:
        """Look for errors of the new version for as long as a step says."""
        watch(self.probe(), self.rollout, for_s=step.watch_s, clock=self.clock, each_time=self.lock.renew)

    def take_back_calls(self) -> list[str]:
        """Let who answered before answer all calls again; return the sentence that says so, if there is need."""
        if not self.answering.take_back(self.registry, by=self.by):
            return []
        return [f"who answered the calls of {self.answering.pipeline} before answers all of them again"]
