"""The predictor on a cluster: the manifests of Augury's own image, and of what every Ingress of the cluster needs."""

from __future__ import annotations

from collections.abc import Mapping

from augury.deployment.kubernetes_manifests import Manifest, Workload, manifests, with_digest

NAMESPACE = "augury"
"""Namespace of the predictor."""

SERVICE_ACCOUNT = "predictor"
"""Account that its Pods run as; the stage's stack gives it, by EKS Pod Identity, what the predict function may."""

PORT = 8080
DRAIN_S = 25


def predictor(image: str, settings: Mapping[str, str], *, network: str, region: str) -> list[Manifest]:
    """Return the objects of the predictor, in the order in which they are applied.

    Parameters
    ----------
    image : str
        Address of its image, by digest or by a tag that is never moved.
    settings : mapping of str to str
        Values of :class:`augury.config.FunctionSettings`, by field.
    network : str
        Addresses that may call it, such as those of the load balancer: ``10.42.0.0/16``.
    region : str
        Where AWS is for it.

    Examples
    --------
    >>> made = predictor("example/predictor:1", {"table": "t"}, network="10.42.0.0/16", region="eu-west-1")
    >>> [one["kind"] for one in made][:2], len(made)
    (['Namespace', 'ServiceAccount'], 7)
    """
    given = {f"AUGURY_{name.upper()}": value for name, value in settings.items()}
    workload = Workload(
        name="predictor",
        namespace=NAMESPACE,
        image=image,
        labels={"app.kubernetes.io/part-of": "augury"},
        environment={
            **given,
            "AUGURY_SERVER": "predictor",
            "AUGURY_PORT": str(PORT),
            "AUGURY_DRAIN_S": str(DRAIN_S),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        },
        port=PORT,
        memory_mb=1536,
        cpu_m=1000,
        drain_s=DRAIN_S + 5,
        service_account=SERVICE_ACCOUNT,
        callers=(network,),
        egress=True,
    )
    namespace, *others = manifests(workload)
    return [namespace, _service_account(workload), *others]


def load_balancing(group: str) -> list[Manifest]:
    """Return what makes all Ingresses of class ``alb`` one internal load balancer of EKS Auto Mode.

    There the class says so and not the Ingress:
    https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html

    Parameters
    ----------
    group : str
        Name of the one load balancer, such as ``augury-prod``.
    """
    parameters = {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "IngressClassParams",
        "metadata": {"name": "alb"},
        "spec": {"scheme": "internal", "group": {"name": group}},
    }
    named = {"apiGroup": "eks.amazonaws.com", "kind": "IngressClassParams", "name": "alb"}
    ingress_class = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "IngressClass",
        "metadata": {"name": "alb"},
        "spec": {"controller": "eks.amazonaws.com/alb", "parameters": named},
    }
    return [with_digest(parameters), with_digest(ingress_class)]


def _service_account(workload: Workload) -> Manifest:
    metadata = {"name": SERVICE_ACCOUNT, "namespace": NAMESPACE, "labels": dict(workload.labels)}
    made: Manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    return with_digest(made | {"automountServiceAccountToken": False})
