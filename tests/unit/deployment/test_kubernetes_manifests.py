"""The objects of a service on a cluster: valid, consistent with each other, and restricted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes_validate import ValidationError, validate

from augury.deployment.eks_plan import ClusterOptions, preflight_pod
from augury.deployment.ingress import Balancer
from augury.deployment.kubernetes_manifests import CALLER, SETTINGS, Manifest, Workload, manifests
from augury.deployment.microservice import Microservice
from augury.names import ClientName, ServiceName
from tests.unit.deployment.lambda_world import microservice

VERSIONS = ("1.30", "1.32", "1.34", "1.36", "1.37")
BALANCER = Balancer("services.example.internal", "augury-dev")


def objects(service: Microservice | None = None, **options: Any) -> dict[str, Manifest]:
    return ClusterOptions(**options).manifests(service or microservice("1", environment={"MODE": "fast"}))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid_to_the_last_field(version: str) -> None:
    for options in ({"balancer": BALANCER}, {"health_path": None, "callers": ("10.0.0.0/16",), "egress": True}):
        made = objects(**options)
        for one in [*made.values(), preflight_pod(made["Deployment"])]:
            validate(one, version, strict=True)


def test_a_field_that_there_is_not_would_be_found() -> None:
    made = objects()["Service"]
    made["spec"]["selektor"] = {}
    with pytest.raises(ValidationError, match="selektor"):
        validate(made, VERSIONS[-1], strict=True)


def test_selectors_match_the_pods_and_names_and_ports_meet() -> None:
    made = objects(balancer=BALANCER)
    template = made["Deployment"]["spec"]["template"]
    labels = template["metadata"]["labels"].items()
    (container,) = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for selector in (
        made["Deployment"]["spec"]["selector"]["matchLabels"],
        made["Service"]["spec"]["selector"],
        made["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        made["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
        template["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ):
        assert selector
        assert selector.items() <= labels
    (port,) = made["Service"]["spec"]["ports"]
    assert ports[port["targetPort"]] == 5000
    assert {probe["httpGet"]["port"] for probe in probes(container)} <= ports.keys()
    assert made["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == ports["http"]
    assert made["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == made["Deployment"]["metadata"]["name"]
    assert template["spec"]["serviceAccountName"] == made["ServiceAccount"]["metadata"]["name"]
    backend = made["Ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend == {"name": made["Service"]["metadata"]["name"], "port": {"name": port["name"]}}
    namespaces = {one["metadata"].get("namespace") for kind, one in made.items() if kind != "Namespace"}
    assert namespaces == {made["Namespace"]["metadata"]["name"]}


def probes(container: dict[str, Any]) -> list[dict[str, Any]]:
    return [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")]


def test_updates_leave_no_gap() -> None:
    spec = objects()["Deployment"]["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in spec, "the autoscaler's"
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] < pod["terminationGracePeriodSeconds"]
    assert container["readinessProbe"]


def test_pods_may_do_nothing_that_they_need_not() -> None:
    made = objects()
    pod = made["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert made["ServiceAccount"]["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert made["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    policy = made["NetworkPolicy"]["spec"]
    assert policy["ingress"][0]["from"] == [{"namespaceSelector": {"matchLabels": {CALLER: "true"}}}]
    assert {port["port"] for port in policy["egress"][0]["ports"]} == {53}


def test_the_pod_that_is_asked_first_gets_no_calls_of_others() -> None:
    made = objects()
    labels = preflight_pod(made["Deployment"])["metadata"]["labels"]
    assert not made["Service"]["spec"]["selector"].items() <= labels.items()


def test_what_differs_has_another_digest_and_what_does_not_has_the_same() -> None:
    def digests(made: dict[str, Manifest]) -> dict[str, str]:
        return {kind: one["metadata"]["annotations"][SETTINGS] for kind, one in made.items()}

    first, second = digests(objects(microservice("1"))), digests(objects(microservice("2")))
    assert digests(objects(microservice("1"))) == first
    assert {kind for kind in first if first[kind] != second[kind]} == {"Deployment"}
    assert digests(objects(microservice("1"), cpu_m=500))["Deployment"] != first["Deployment"]


def test_a_service_has_a_host_below_the_domain_that_a_wildcard_covers() -> None:
    options = ClusterOptions(balancer=BALANCER)
    assert options.url(microservice("1")) == "https://scores--acme.services.example.internal/predict"


names = st.from_regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
clients = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)


@given(names, clients, names, clients)
def test_two_services_never_share_a_function_a_host_or_a_namespace_with_another_client(
    name: str, client: str, other: str, another: str
) -> None:
    first, second = _service(name, client), _service(other, another)
    assert len(first.function) <= 64
    assert len(first.namespace) <= 63
    assert (first.function == second.function) == ((name, client) == (other, another))
    assert (first.namespace == second.namespace) == (client == another)
    assert (BALANCER.host(first) == BALANCER.host(second)) == ((name, client) == (other, another))
    assert all(len(label) <= 63 for label in BALANCER.host(first).split("."))


def test_hyphens_do_not_make_one_clients_host_anothers() -> None:
    assert BALANCER.host(_service("a", "b--c")) != BALANCER.host(_service("a--b", "c"))


def _service(name: str, client: str) -> Microservice:
    return Microservice(name=ServiceName(name), client=ClientName(client), stage="dev", image="", version="1")


def test_the_same_manifests_serve_what_is_no_microservice() -> None:
    made = manifests(
        Workload(
            name="predictor",
            namespace="augury",
            image="example/predictor@sha256:0",
            service_account="predictor",
            port=8080,
        )
    )
    assert "ServiceAccount" not in [one["kind"] for one in made]
    (service,) = [one for one in made if one["kind"] == "Service"]
    assert service["spec"]["ports"][0]["port"] == 8080
