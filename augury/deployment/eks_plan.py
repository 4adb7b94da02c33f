"""What it takes to have a microservice answer from a Kubernetes cluster: looked up, and planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from augury.deployment.answering import Answering
from augury.deployment.canary import Rollout
from augury.deployment.cluster import Cluster
from augury.deployment.ingress import Balancer
from augury.deployment.kubernetes_manifests import SETTINGS, Manifest, Workload, manifests, with_digest, with_note
from augury.deployment.microservice import PORT, Microservice
from augury.deployment.plan import Kind, Plan, Step
from augury.names import PipelineName
from augury.registry import HttpTarget, PipelineDeployment

STABLE: Final = "augury.io/stable"
"""Annotation of a Deployment: the ``spec`` that last answered all calls, as JSON."""

FINGERPRINT: Final = "augury.io/fingerprint"
"""Label of the Pods of one version."""

ADDRESS: Final = "augury.io/address"
"""Annotation of a Service: where it is called."""

_DEPLOYMENT = "Deployment"
_BEFORE_CHECK = ("Namespace", "ServiceAccount")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """How a microservice runs on a cluster, beside what is true of it anywhere.

    Parameters
    ----------
    replicas, most_replicas : int
        Pods at the least and at the most.
    cpu_m : int
        Thousandths of a CPU that each has at the least.
    health_path : str or None
        What answers 200 once it is ready; None to look only whether it listens.
    callers : tuple of str
        Networks that may call it.
    egress : bool
        Whether it may call others.
    balancer : Balancer, optional
        The way to it from outside the cluster.
    address : str, optional
        Where it is called, if neither by that way nor within the cluster.

    Raises
    ------
    ValueError
        An option is out of its range; the message names it.
    """

    replicas: int = 2
    most_replicas: int = 10
    cpu_m: int = 250
    health_path: str | None = "/health"
    callers: tuple[str, ...] = ()
    egress: bool = False
    balancer: Balancer | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.replicas <= self.most_replicas <= 1000:
            raise ValueError("--replicas and --max-replicas: give 1 to 1000, the second no less than the first")
        if not 10 <= self.cpu_m <= 64_000:
            raise ValueError(f"--cpu is {self.cpu_m}: give thousandths of a CPU, 10 to 64000")
        if self.health_path is not None and not self.health_path.startswith("/"):
            raise ValueError(f"--health is {self.health_path!r}: give a path such as /health, or tcp")

    def workload(self, service: Microservice) -> Workload:
        """Return a microservice as it is on the cluster."""
        return Workload(
            name=service.name,
            namespace=service.namespace,
            image=service.image,
            labels={name.replace("augury:", "augury.io/"): text for name, text in service.tags.items()},
            pod_labels={FINGERPRINT: service.fingerprint},
            environment=service.environment,
            health_path=self.health_path,
            memory_mb=service.memory_mb,
            cpu_m=self.cpu_m,
            replicas=self.replicas,
            most_replicas=self.most_replicas,
            callers=self.callers,
            egress=self.egress,
        )

    def manifests(self, service: Microservice) -> dict[str, Manifest]:
        """Return a microservice's objects by kind, in the order in which they are applied."""
        workload = self.workload(service)
        made = {one["kind"]: one for one in manifests(workload)}
        made["Service"] = with_note(made["Service"], ADDRESS, self.url(service))
        if self.balancer is not None:
            made["Ingress"] = with_digest(self.balancer.ingress(service, workload))
        return made

    def url(self, service: Microservice) -> str:
        """Return where a microservice is called."""
        if self.address is not None:
            return self.address
        if self.balancer is not None:
            return f"https://{self.balancer.host(service)}/predict"
        return f"http://{service.name}.{service.namespace}.svc.cluster.local:{PORT}/predict"


@dataclass(frozen=True, slots=True)
class EksFacts:
    """What there is of a microservice.

    Parameters
    ----------
    settings : mapping of str to str
        What each object was made from, by its kind.
    stable : str or None
        The ``spec`` that last answered all calls.
    is_rolled_out : bool
        Whether all Pods are those of the Deployment as it is, and ready.
    """

    settings: Mapping[str, str] = field(default_factory=dict)
    stable: str | None = None
    is_rolled_out: bool = False

    @classmethod
    def survey(cls, cluster: Cluster, service: Microservice, wanted: Mapping[str, Manifest]) -> EksFacts:
        """Look up what there is."""
        settings, stable, is_rolled_out = {}, None, False
        for kind in wanted:
            found = cluster.get(kind, service.namespace, wanted[kind]["metadata"]["name"])
            if found is None:
                continue
            notes = found["metadata"].get("annotations", {})
            settings[kind] = notes.get(SETTINGS, "")
            if kind == _DEPLOYMENT:
                stable, is_rolled_out = notes.get(STABLE), rolled_out(found)
        return cls(settings, stable, is_rolled_out)


def rolled_out(deployment: Manifest) -> bool:
    """Tell whether a Deployment's rollout is over, as ``kubectl rollout status`` does."""
    status = deployment.get("status", {})
    if status.get("observedGeneration", 0) < deployment["metadata"].get("generation", 1):
        return False
    wanted = deployment["spec"].get("replicas", 1)
    counts = {name: status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return bool(wanted) and set(counts.values()) == {wanted}


def spec_json(deployment: Manifest) -> str:
    """Return a Deployment's ``spec`` as it is kept in :data:`STABLE`."""
    return orjson.dumps(deployment["spec"], option=orjson.OPT_SORT_KEYS).decode()


def eks_answering(service: Microservice, url: str, pipeline: PipelineName, share: float | None) -> Answering:
    """Return what a microservice is to answer as a service of a cluster."""
    target = HttpTarget(url=url, timeout_s=service.timeout_s)
    return Answering(client=service.client, pipeline=pipeline, label=service.name, target=target, share=share)


def plan_eks(
    service: Microservice,
    wanted: Mapping[str, Manifest],
    facts: EksFacts,
    answering: Answering,
    current: PipelineDeployment | None,
    rollout: Rollout,
) -> Plan:
    """Return the steps from what there is to a microservice that answers its part of the calls.

    Nothing that runs is touched before the new version spoke the contract in a Pod of its own.

    Parameters
    ----------
    service : Microservice
        What is to run.
    wanted : mapping of str to Manifest
        Its objects, by kind.
    facts : EksFacts
        What there is.
    answering : Answering
        What it is to answer.
    current : PipelineDeployment or None
        Who answers now.
    rollout : Rollout
        How it takes over.
    """
    applies = {kind: _apply(kind, wanted, facts) for kind in wanted if kind != _DEPLOYMENT}
    is_live = _is_applied(_DEPLOYMENT, wanted, facts) and facts.is_rolled_out
    is_stable = is_live and facts.stable == spec_json(wanted[_DEPLOYMENT])
    watch_s = rollout.watch_s if answering.share_of(current) > 0 else 0.0
    steps = [
        *(applies.pop(kind) for kind in _BEFORE_CHECK if kind in applies),
        Step(Kind.CHECK, "ask a Pod of the new version whether it speaks the contract", is_live),
        *(applies.pop(kind) for kind in list(applies) if kind not in ("HorizontalPodAutoscaler", "Ingress")),
        _roll(service, is_done=is_stable or (is_live and not watch_s), watch_s=watch_s),
        Step(Kind.SETTLE, "keep this version as the one to go back to", is_stable),
        *applies.values(),
        *answering.steps(current, rollout),
    ]
    title = f"{service.name} {service.version} for {service.client}, in namespace {service.namespace}"
    return Plan(title, tuple(steps))


def _roll(service: Microservice, *, is_done: bool, watch_s: float) -> Step:
    says = f"replace the Pods of {service.name} one by one with those of {service.version}"
    if watch_s:
        says += f", and watch them for {watch_s:g} s"
    return Step(Kind.ROLL, says, is_done, watch_s=watch_s)


def _apply(kind: str, wanted: Mapping[str, Manifest], facts: EksFacts) -> Step:
    name = wanted[kind]["metadata"]["name"]
    return Step(Kind.APPLY, f"apply {kind} {name}", _is_applied(kind, wanted, facts), kind)


def _is_applied(kind: str, wanted: Mapping[str, Manifest], facts: EksFacts) -> bool:
    digest: str = wanted[kind]["metadata"]["annotations"][SETTINGS]
    return facts.settings.get(kind) == digest


def preflight_pod(deployment: Manifest) -> Manifest:
    """Return a Pod of a Deployment's template that neither its Service nor its network policy selects."""
    name = f"{deployment['metadata']['name']}-check"
    template = deployment["spec"]["template"]
    labels = {**template["metadata"]["labels"], "app.kubernetes.io/name": name}
    metadata = {"name": name, "namespace": deployment["metadata"]["namespace"], "labels": labels}
    spec = {**template["spec"], "restartPolicy": "Never", "terminationGracePeriodSeconds": 0}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def ordered(wanted: Mapping[str, Manifest]) -> Iterator[tuple[str, str]]:
    """Yield kind and name of a microservice's objects in the order in which they are removed."""
    for kind in reversed(list(wanted)):
        if kind != "Namespace":
            yield kind, wanted[kind]["metadata"]["name"]
