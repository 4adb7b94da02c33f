"""A microservice's part of its client's calls: planned, grown, and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose

from augury.deployment.canary import Rollout
from augury.deployment.plan import Kind, Step
from augury.names import ClientName, PipelineName
from augury.registry import (
    HttpTarget,
    LambdaTarget,
    PipelineDeployment,
    Registry,
    Target,
    Variation,
    plan_promotion,
    plan_rollback,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What a microservice is to answer.

    Parameters
    ----------
    client : ClientName
        Whose calls.
    pipeline : PipelineName
        Of which pipeline.
    label : str
        Label of the variation that is the microservice.
    target : LambdaTarget or HttpTarget
        How it is called.
    share : float, optional
        Part of the pipeline's calls. By default as it has; else all.
    stable : LambdaTarget, optional
        What answers a call that the target fails.
    """

    client: ClientName
    pipeline: PipelineName
    label: str
    target: LambdaTarget | HttpTarget
    share: float | None = None
    stable: LambdaTarget | None = None

    def steps(self, current: PipelineDeployment | None, rollout: Rollout) -> Iterator[Step]:
        """Yield the shares that the microservice grows through, from what it has now.

        Raises
        ------
        ChangeRefused
            It can't have that share; nothing was changed.
        """
        share, has = self._share(current), self.share_of(current)
        plan_promotion(current, self.pipeline, self.target, share=share, label=self.label)
        grows = rollout.shares if self._others(current) else ()
        for part in (part for part in grows if has < part < share):
            yield self._step(part, watch_s=rollout.watch_s)
        yield self._step(share, is_done=self._is_settled(current, share))

    def revise(self, registry: Registry, share: float, *, is_last: bool, by: str, version: str) -> None:
        """Give the microservice a share of the calls.

        Until the last share another variation's target answers each call that the microservice fails.
        """
        current = registry.deployment(self.client, self.pipeline)
        fallbacks = self._fallbacks(current, is_last=is_last)
        change = plan_promotion(current, self.pipeline, self.target, share=share, label=self.label, fallbacks=fallbacks)
        if change.changes and is_last:
            registry.carry_out(self.client, change, by=by, reason=f"{self.label} {version}")
        elif change.changes:
            why = f"canary of {self.label} {version} at {share:.4g}"
            registry.carry_out(self.client, change, by=by, reason=why, canary_of=self.label)

    def take_back(self, registry: Registry, *, by: str) -> bool:
        """Bring back what answered before a canary that did not get to its end; say whether there was one."""
        current = registry.deployment(self.client, self.pipeline)
        if current is None or not self._is_canary(current):
            return False
        past = list(registry.revisions(self.client, self.pipeline))
        before = [one for one in past if one.revision < current.revision and not self._is_canary(one)]
        if not before:
            return False
        change = plan_rollback(current, past, before[-1].revision)
        registry.carry_out(self.client, change, by=by, reason=f"{self.label}: canary taken back")
        return True

    def share_of(self, current: PipelineDeployment | None) -> float:
        """Return the part of the calls that the microservice answers now."""
        found = current.find(self.label) if current else None
        if current is None or found is None or found.shadow or found.target != self.target:
            return 0.0
        return current.share(found)

    def _is_canary(self, deployment: PipelineDeployment) -> bool:
        return deployment.canary_of == self.label

    def _share(self, current: PipelineDeployment | None) -> float:
        if self.share is not None:
            return self.share
        is_canary = current is not None and self._is_canary(current)
        return (0.0 if is_canary else self.share_of(current)) or 1.0

    def _is_settled(self, current: PipelineDeployment | None, share: float) -> bool:
        found = current.find(self.label) if current else None
        same = found is not None and found.fallbacks == tuple(self._fallbacks(current, is_last=True))
        return same and isclose(self.share_of(current), share)

    def _others(self, current: PipelineDeployment | None) -> Sequence[Variation]:
        answering = current.answering if current else ()
        return [one for one in answering if one.label != self.label and one.ratio > 0]

    def _fallbacks(self, current: PipelineDeployment | None, *, is_last: bool) -> list[Target]:
        own: list[Target] = [] if self.stable is None else [self.stable]
        others = self._others(current)
        if is_last or not others:
            return own
        return [*own, max(others, key=lambda one: one.ratio).target]

    def _step(self, share: float, *, watch_s: float = 0.0, is_done: bool = False) -> Step:
        says = f"let {self.label} answer {share * 100:.4g}% of the calls of {self.pipeline}"
        if watch_s:
            says += f" and watch it for {watch_s:g} s"
        return Step(Kind.ANSWER, says, is_done, self.label, share, watch_s)
