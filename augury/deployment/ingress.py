"""How services of a cluster are reached from outside it: through one internal load balancer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from augury.deployment.kubernetes_manifests import Manifest, Workload
from augury.deployment.microservice import Microservice, digested, shortened

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_MAX_LABEL = 63


@dataclass(frozen=True, slots=True)
class Balancer:
    """The internal load balancer that the services of a stage share.

    Parameters
    ----------
    domain : str
        Private domain below which each service has a host, and for which the balancer has a certificate: it answers
        ``*.<domain>``.
    group : str
        Name by which the Ingresses of a stage become one balancer.
    ingress_class : str
        Class of Ingress; ``alb`` unless given, the load balancers of Amazon EKS.

    Raises
    ------
    ValueError
        The domain is none.
    """

    domain: str
    group: str
    ingress_class: str = "alb"

    def __post_init__(self) -> None:
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError(f"--domain {self.domain!r} is no name of a domain, such as services.example.internal")

    def host(self, service: Microservice) -> str:
        """Return a service's host: one label below the domain, which a wildcard certificate covers."""
        label = f"{service.name}--{service.client}"
        if label.count("--") > 1:  # where the name ends and the client begins is told by the digest
            label = digested(label, f"{service.name}/{service.client}", _MAX_LABEL)
        return f"{shortened(label, _MAX_LABEL)}.{self.domain}"

    def ingress(self, service: Microservice, workload: Workload) -> Manifest:
        """Return the Ingress that routes a service's host to it."""
        backend = {"service": {"name": workload.name, "port": {"name": "http"}}}
        rule = {
            "host": self.host(service),
            "http": {"paths": [{"path": "/predict", "pathType": "Exact", "backend": backend}]},
        }
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": workload.name,
                "namespace": workload.namespace,
                "labels": workload.selector | dict(workload.labels),
                "annotations": {
                    "alb.ingress.kubernetes.io/scheme": "internal",
                    "alb.ingress.kubernetes.io/target-type": "ip",
                    "alb.ingress.kubernetes.io/group.name": self.group,
                    "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
                    "alb.ingress.kubernetes.io/healthcheck-path": workload.health_path or "/",
                },
            },
            "spec": {"ingressClassName": self.ingress_class, "rules": [rule]},
        }
