"""Kubernetes manifests of a service that answers HTTP, as data: rendered here, and applied by others.

All Pods keep to the *restricted* Pod Security Standard (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import orjson

from augury.deployment.microservice import PORT

type Manifest = dict[str, Any]

SETTINGS: Final = "augury.io/settings"
"""Annotation that tells what an object was made from."""

CALLER: Final = "augury.io/calls-services"
"""Label of a namespace whose Pods may call services."""

_USER = 65532  # "nonroot" of common base images
_LEAVING_S = 10  # until load balancers and kube-proxies no longer send calls to a Pod that ends
_NAME = "app.kubernetes.io/name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A service on a cluster.

    Parameters
    ----------
    name, namespace : str
        Names of its objects and of their namespace.
    image : str
        Address of its image, by digest.
    labels : mapping of str to str
        Of every object, beside ``app.kubernetes.io/name``.
    pod_labels : mapping of str to str
        Of its Pods alone, and new with each version.
    environment : mapping of str to str
        Variables of its process.
    port : int
        Where it listens.
    health_path : str or None
        What answers 200 once it is ready; None to look only whether it listens.
    memory_mb, cpu_m : int
        What a Pod is given: memory, and thousandths of a CPU at the least.
    replicas, most_replicas : int
        Pods that there are at the least and at the most.
    drain_s : int
        Seconds that a Pod which ends has for what it is answering.
    service_account : str, optional
        Account that it runs as, which is not made here; by default one of its own, which may do nothing.
    callers : tuple of str
        Networks beside labelled namespaces that may call it, such as ``10.0.0.0/16``.
    egress : bool
        Whether it may call others than the cluster's DNS.
    """

    name: str
    namespace: str
    image: str
    labels: Mapping[str, str] = field(default_factory=dict)
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = PORT
    health_path: str | None = "/health"
    memory_mb: int = 1024
    cpu_m: int = 250
    replicas: int = 2
    most_replicas: int = 10
    drain_s: int = 30
    service_account: str | None = None
    callers: tuple[str, ...] = ()
    egress: bool = False

    @property
    def selector(self) -> dict[str, str]:
        """Labels by which its Pods are found."""
        return {_NAME: self.name}


def manifests(workload: Workload) -> list[Manifest]:
    """Return the objects of a workload in the order in which they are applied, each with a digest of itself.

    Examples
    --------
    >>> iris = Workload(name="iris", namespace="augury-dev-acme", image="example/iris@sha256:0")
    >>> [one["kind"] for one in manifests(iris)]
    ['Namespace', 'ServiceAccount', 'NetworkPolicy', 'Service', 'PodDisruptionBudget', 'Deployment', \
'HorizontalPodAutoscaler']
    """
    objects = [
        namespace(workload),
        *([] if workload.service_account else [_service_account(workload)]),
        _network_policy(workload),
        _service(workload),
        _disruption_budget(workload),
        deployment(workload),
        _autoscaler(workload),
    ]
    return [with_digest(one) for one in objects]


def with_note(manifest: Manifest, name: str, text: str) -> Manifest:
    """Return a manifest with one more annotation, and the digest that is then its own."""
    metadata = manifest["metadata"]
    notes = {key: value for key, value in metadata.get("annotations", {}).items() if key != SETTINGS}
    return with_digest(manifest | {"metadata": metadata | {"annotations": notes | {name: text}}})


def with_digest(manifest: Manifest) -> Manifest:
    """Return a manifest with the annotation that tells it from others."""
    digest = sha256(orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    metadata = manifest["metadata"]
    return manifest | {"metadata": metadata | {"annotations": {**metadata.get("annotations", {}), SETTINGS: digest}}}


def namespace(workload: Workload) -> Manifest:
    """Return the namespace, which takes no Pod that breaks the restricted standard."""
    enforced = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    labels = {name: text for name, text in workload.labels.items() if name != "augury.io/service"}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": workload.namespace, "labels": labels | enforced},
    }


def deployment(workload: Workload) -> Manifest:
    """Return the Deployment. It says no number of replicas: that is the autoscaler's to change.

    A new Pod answers before an old one goes, and one that goes is left alone before it is told to end.
    """
    labels = workload.selector | dict(workload.labels) | dict(workload.pod_labels)
    spec = {
        "revisionHistoryLimit": 5,
        "progressDeadlineSeconds": 300,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
        "selector": {"matchLabels": workload.selector},
        "template": {"metadata": {"labels": labels}, "spec": pod_spec(workload)},
    }
    return _object(workload, "apps/v1", "Deployment", spec)


def pod_spec(workload: Workload) -> dict[str, Any]:
    """Return what a Pod of a workload is."""
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": workload.selector},
    }
    return {
        "serviceAccountName": workload.service_account or workload.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _LEAVING_S + workload.drain_s,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [spread],
        "containers": [_container(workload)],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
    }


def _container(workload: Workload) -> dict[str, Any]:
    memory = f"{workload.memory_mb}Mi"
    return {
        "name": "service",
        "image": workload.image,
        "ports": [{"name": "http", "containerPort": workload.port, "protocol": "TCP"}],
        "env": [{"name": name, "value": value} for name, value in sorted(workload.environment.items())],
        "resources": {
            "requests": {"cpu": f"{workload.cpu_m}m", "memory": memory},
            "limits": {"memory": memory},  # a limit of CPU would slow down single calls while CPUs are idle
        },
        "startupProbe": {**_probe(workload), "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**_probe(workload), "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 2},
        "livenessProbe": {**_probe(workload), "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        "lifecycle": {"preStop": {"sleep": {"seconds": _LEAVING_S}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the Pod's own
    }


def _probe(workload: Workload) -> dict[str, Any]:
    if workload.health_path is None:
        return {"tcpSocket": {"port": "http"}}
    return {"httpGet": {"path": workload.health_path, "port": "http"}}


def _service_account(workload: Workload) -> Manifest:
    return _object(workload, "v1", "ServiceAccount", None) | {"automountServiceAccountToken": False}


def _network_policy(workload: Workload) -> Manifest:
    """Let labelled namespaces and the given networks call the Pods, and these ask for names alone."""
    dns = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    callers: list[dict[str, Any]] = [{"namespaceSelector": {"matchLabels": {CALLER: "true"}}}]
    callers += [{"ipBlock": {"cidr": cidr}} for cidr in workload.callers]
    spec = {
        "podSelector": {"matchLabels": workload.selector},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": callers, "ports": [{"protocol": "TCP", "port": workload.port}]}],
        "egress": [{}] if workload.egress else [{"ports": dns}],
    }
    return _object(workload, "networking.k8s.io/v1", "NetworkPolicy", spec)


def _service(workload: Workload) -> Manifest:
    ports = [{"name": "http", "port": workload.port, "targetPort": "http", "protocol": "TCP"}]
    return _object(workload, "v1", "Service", {"type": "ClusterIP", "selector": workload.selector, "ports": ports})


def _disruption_budget(workload: Workload) -> Manifest:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": workload.selector}}
    return _object(workload, "policy/v1", "PodDisruptionBudget", spec)


def _autoscaler(workload: Workload) -> Manifest:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.name},
        "minReplicas": workload.replicas,
        "maxReplicas": workload.most_replicas,
        "metrics": [{"type": "Resource", "resource": cpu}],
    }
    return _object(workload, "autoscaling/v2", "HorizontalPodAutoscaler", spec)


def _object(workload: Workload, version: str, kind: str, spec: dict[str, Any] | None) -> Manifest:
    metadata = {
        "name": workload.name,
        "namespace": workload.namespace,
        "labels": workload.selector | dict(workload.labels),
    }
    made: Manifest = {"apiVersion": version, "kind": kind, "metadata": metadata}
    return made if spec is None else made | {"spec": spec}
