"""Doing the steps of a microservice on a Kubernetes cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import orjson

from augury.aws.function_counts import CallCounts
from augury.deployment.canary import Probe
from augury.deployment.cluster import Cluster
from augury.deployment.contract import ContractBroken
from augury.deployment.eks_plan import (
    FINGERPRINT,
    STABLE,
    ClusterOptions,
    EksFacts,
    plan_eks,
    preflight_pod,
    rolled_out,
    spec_json,
)
from augury.deployment.failures import RolloutFailed
from augury.deployment.kubernetes_manifests import SETTINGS, Manifest, with_digest
from augury.deployment.microservice import PORT
from augury.deployment.microservice_work import MicroserviceWork
from augury.deployment.plan import Kind, Plan, Step
from augury.deployment.pod_trouble import hopeless, is_ready, trouble

_LOOK_EVERY_S = 2.0
_START_S = 300.0
_ASKED_EACH_TIME = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EksWork(MicroserviceWork):
    """Does the steps of one microservice on a cluster; what is alike everywhere is :class:`MicroserviceWork`'s.

    Parameters
    ----------
    options : ClusterOptions
        How it runs there.
    cluster : Cluster
        Where.
    take_over : bool
        Whether fields that somebody else set on the cluster are set back.
    """

    options: ClusterOptions
    cluster: Cluster
    take_over: bool = False

    def plan(self) -> Plan:
        """Return the steps that are left, from what there is now."""
        wanted = self.options.manifests(self.service)
        facts = EksFacts.survey(self.cluster, self.service, wanted)
        return plan_eks(self.service, wanted, facts, self.answering, self.current(), self.rollout)

    def do(self, step: Step) -> None:
        """Do a step; doing it again changes nothing."""
        self.lock.renew()
        work: dict[Kind, Callable[[], None]] = {
            Kind.APPLY: partial(self._apply, step.subject),
            Kind.CHECK: self._check,
            Kind.ROLL: partial(self._roll, step),
            Kind.SETTLE: self._settle,
            Kind.ANSWER: partial(self.answer, step),
        }
        work[step.kind]()

    def take_back(self) -> str | None:
        """Let what answered before answer all calls again."""
        told: list[str | None] = [*self.take_back_calls()]
        live = self._live()
        if live is not None:
            told.append(self._put_back(live))
        return " and ".join(filter(None, told)) or None

    def roll_back(self) -> str | None:
        """Do so for a deployment that broke off, wherever it did."""
        self.cluster.delete("Pod", self.service.namespace, f"{self.service.name}-check")
        return self.take_back()

    def _put_back(self, live: Manifest) -> str | None:
        """Have a Deployment become what it was when it last answered all calls; one that never did is removed."""
        stable = live["metadata"].get("annotations", {}).get(STABLE)
        if stable is None:
            self.cluster.delete("Deployment", self.service.namespace, self.service.name)
            return "its Pods were removed"
        before = with_digest(_bare(self._deployment) | {"spec": orjson.loads(stable)})
        if live["metadata"]["annotations"].get(SETTINGS) == before["metadata"]["annotations"][SETTINGS]:
            return None
        self._apply_deployment(before, stable)
        return "the Pods of the version before take their place again"

    def _apply(self, kind: str) -> None:
        self.cluster.apply(self.options.manifests(self.service)[kind], force=self.take_over)

    def _check(self) -> None:
        """Start the new version in a Pod of its own, ask it, and remove the Pod."""
        pod = preflight_pod(self._deployment)
        namespace, name = self.service.namespace, pod["metadata"]["name"]
        self._remove_pod(name)
        try:
            self.cluster.apply(pod)
            self._wait(lambda: self._is_pod_ready(name), lambda: self.cluster.list("Pod", namespace, _of(pod)))
            self.contract.check(partial(self._ask, name))
        finally:
            self.cluster.delete("Pod", namespace, name)

    def _roll(self, step: Step) -> None:
        live = self._live()
        stable = live["metadata"].get("annotations", {}).get(STABLE) if live else None
        self._apply_deployment(self._deployment, stable)
        self._wait(self._is_rolled_out, self._pods)
        if step.watch_s:
            self.watch(step)

    def _settle(self) -> None:
        self._apply_deployment(self._deployment, spec_json(self._deployment))

    def probe(self) -> Probe:
        """Return what asks the new version and counts, since a cluster counts nothing."""
        return _Asking(self)

    def _wait(self, is_over: Callable[[], bool], pods: Callable[[], list[Manifest]]) -> None:
        """Wait until Pods are ready, or until it shows that they won't be."""
        began = self.clock.now()
        while not is_over():
            self.lock.renew()
            found = pods()
            why = hopeless(found)
            if why:
                raise RolloutFailed(f"the image does not start: {why}")
            if (self.clock.now() - began).total_seconds() >= _START_S:
                raise RolloutFailed(f"it is not ready after {_START_S:g} s: {trouble(found)}")
            self.clock.sleep(_LOOK_EVERY_S)

    def _is_pod_ready(self, name: str) -> bool:
        pod = self.cluster.get("Pod", self.service.namespace, name)
        return pod is not None and is_ready(pod)

    def _is_rolled_out(self) -> bool:
        live = self._live()
        return live is not None and rolled_out(live)

    def _remove_pod(self, name: str) -> None:
        """Remove a Pod that an earlier run left, and wait until it is gone: Pods don't change."""
        began = self.clock.now()
        while self.cluster.get("Pod", self.service.namespace, name) is not None:
            self.cluster.delete("Pod", self.service.namespace, name)
            if (self.clock.now() - began).total_seconds() >= _START_S:
                raise RolloutFailed(f"Pod {name} of an earlier run does not go away")
            self.clock.sleep(_LOOK_EVERY_S)

    def _pods(self) -> list[Manifest]:
        return self.cluster.list("Pod", self.service.namespace, _of(self._deployment["spec"]["template"]))

    def ask_any(self, number: int, json: str) -> bytes:
        """Ask a ready Pod of the new version: each in turn, as the number grows."""
        ready = [pod["metadata"]["name"] for pod in self._pods() if is_ready(pod)]
        if not ready:
            raise ContractBroken("none of its Pods is ready")
        return self._ask(ready[number % len(ready)], json)

    def _ask(self, pod: str, json: str) -> bytes:
        answered = self.cluster.ask(self.service.namespace, pod, PORT, self.service.client, json)
        if answered.status in (200, 400, 413, 422):
            return answered.body
        raise ContractBroken(f"POST /predict was answered with {answered.status}")

    def _apply_deployment(self, deployment: Manifest, stable: str | None) -> None:
        metadata = deployment["metadata"]
        notes = metadata["annotations"] | ({STABLE: stable} if stable else {})
        self.cluster.apply(deployment | {"metadata": metadata | {"annotations": notes}}, force=self.take_over)

    def _live(self) -> Manifest | None:
        return self.cluster.get("Deployment", self.service.namespace, self.service.name)

    @property
    def _deployment(self) -> Manifest:
        return self.options.manifests(self.service)["Deployment"]


class _Asking:
    """Counts what a new version answers of what it is asked, and asks it a few times at each look."""

    def __init__(self, work: EksWork) -> None:
        self._work = work
        self._calls = self._errors = 0

    def __call__(self, since: datetime) -> CallCounts:
        del since
        for _ in range(_ASKED_EACH_TIME):
            self._calls += 1
            try:
                self._work.contract.check(partial(self._work.ask_any, self._calls))
            except ContractBroken:
                self._errors += 1
        return CallCounts(self._calls, self._errors)


def _of(pod: Manifest) -> dict[str, str]:
    """Return labels that only the Pods of one version have."""
    labels = pod["metadata"]["labels"]
    return {name: labels[name] for name in ("app.kubernetes.io/name", FINGERPRINT)}


def _bare(manifest: Manifest) -> Manifest:
    """Return a manifest as it is before it has a digest."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "annotations"}
    return manifest | {"metadata": metadata}
