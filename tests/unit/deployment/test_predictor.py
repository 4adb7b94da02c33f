"""The predictor's own objects on a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes_validate import validate

from augury.deployment.predictor import NAMESPACE, PORT, SERVICE_ACCOUNT, load_balancing, predictor

SETTINGS = {"table": "augury", "bucket": "lake", "heavy_function": "heavy"}


def objects() -> dict[str, Any]:
    made = predictor("example/predictor:1", SETTINGS, network="10.42.0.0/16", region="eu-west-1")
    return {one["kind"]: one for one in made}


@pytest.mark.parametrize("version", ["1.30", "1.34"])
def test_every_object_is_one_that_kubernetes_knows(version: str) -> None:
    for one in (*objects().values(), load_balancing("augury-prod")[1]):
        validate(one, version, strict=True)


def test_pods_run_as_the_account_that_the_stage_gives_its_rights_to() -> None:
    made = objects()
    account = made["ServiceAccount"]["metadata"]

    assert (account["namespace"], account["name"]) == (NAMESPACE, SERVICE_ACCOUNT)
    assert made["Deployment"]["spec"]["template"]["spec"]["serviceAccountName"] == SERVICE_ACCOUNT
    assert {one["metadata"].get("namespace", NAMESPACE) for one in made.values()} == {NAMESPACE}


def test_the_server_is_told_the_stages_settings_and_has_time_to_finish() -> None:
    pod = objects()["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    told = {one["name"]: one["value"] for one in container["env"]}

    assert {f"AUGURY_{name.upper()}" for name in SETTINGS} <= told.keys()
    assert (told["AUGURY_SERVER"], told["AUGURY_PORT"]) == ("predictor", str(PORT))
    assert container["ports"][0]["containerPort"] == PORT
    assert pod["terminationGracePeriodSeconds"] > int(told["AUGURY_DRAIN_S"])


def test_it_is_replaced_without_a_gap_and_called_from_its_network_only() -> None:
    made = objects()
    rolling = made["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    (ingress,) = made["NetworkPolicy"]["spec"]["ingress"]

    assert rolling["maxUnavailable"] == 0
    assert {"ipBlock": {"cidr": "10.42.0.0/16"}} in ingress["from"]
    labels = made["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert made["Service"]["spec"]["selector"].items() <= labels.items()
    assert made["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_all_ingresses_of_the_class_share_one_internal_load_balancer() -> None:
    parameters, ingress_class = load_balancing("augury-prod")

    assert parameters["spec"] == {"scheme": "internal", "group": {"name": "augury-prod"}}
    assert ingress_class["spec"]["parameters"]["name"] == parameters["metadata"]["name"]
