"""The optional cluster: off by default, closed to the internet, and the predict function in its network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from augury.deployment.predictor import NAMESPACE, SERVICE_ACCOUNT
from infra.cluster_config import ClusterConfig
from infra.stages import DEV, PROD
from tests.infra.templates import StageTemplates, as_list
from tests.infra.training_app import synthesise

ADMIN = "arn:aws:iam::123456789012:role/operations"
CLUSTER = ClusterConfig(admins=(ADMIN,), zones=3, domain="services.example.com", balancer="internal.example.net")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> StageTemplates:
    return StageTemplates.read(synthesise(tmp_path_factory.mktemp("cluster"), replace(PROD, cluster=CLUSTER)), "prod")


def test_a_stage_has_no_cluster_and_no_network_unless_it_says_so(templates: StageTemplates) -> None:
    assert not templates.resources("AWS::EKS::*")
    assert not templates.resources("AWS::EC2::*")
    assert "VpcConfig" not in templates.function("predict").properties


def test_nothing_of_the_internet_reaches_the_network_and_it_reaches_nothing(stage: StageTemplates) -> None:
    assert not stage.resources("AWS::EC2::InternetGateway")
    assert not stage.resources("AWS::EC2::NatGateway")
    subnets = stage.resources("AWS::EC2::Subnet")
    assert len(subnets) == 3
    assert not any(subnet.properties["MapPublicIpOnLaunch"] for subnet in subnets)
    assert stage.resources("AWS::EC2::FlowLog")


def test_s3_and_dynamodb_have_gateways_and_what_is_needed_besides_has_endpoints(stage: StageTemplates) -> None:
    kinds: dict[str, set[str]] = {"Gateway": set(), "Interface": set()}
    for endpoint in stage.resources("AWS::EC2::VPCEndpoint"):
        name = str(endpoint.properties["ServiceName"]).partition("{AWS::Region}.")[2]
        kinds[endpoint.properties["VpcEndpointType"]].add(name)

    assert kinds["Gateway"] == {"s3", "dynamodb"}
    assert kinds["Interface"] == {
        *("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"),
        *("kinesis-firehose", "kms", "lambda"),
    }


def test_predict_joins_the_network_and_no_other_function_does(stage: StageTemplates) -> None:
    inside = {
        one.properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        for one in stage.resources("AWS::Lambda::Function")
        if "VpcConfig" in one.properties
    }

    assert inside == {"augury-predict"}
    assert len(stage.function("predict").properties["VpcConfig"]["SubnetIds"]) == 3
    assert stage.may("predict", "ec2:CreateNetworkInterface", "*")


def test_nobody_calls_the_predict_function_by_the_network(stage: StageTemplates) -> None:
    group = stage.only("AWS::EC2::SecurityGroup", "Predict").properties

    assert "SecurityGroupIngress" not in group
    assert {(rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]} == {(443, 443)}


def test_the_cluster_is_in_auto_mode_private_logged_and_its_secrets_encrypted(stage: StageTemplates) -> None:
    cluster = stage.only("AWS::EKS::Cluster").properties

    assert cluster["ComputeConfig"]["Enabled"] is True
    assert cluster["KubernetesNetworkConfig"]["ElasticLoadBalancing"] == {"Enabled": True}
    assert cluster["ResourcesVpcConfig"]["EndpointPublicAccess"] is False
    assert cluster["ResourcesVpcConfig"]["EndpointPrivateAccess"] is True
    kinds = {one["Type"] for one in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert kinds == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    (encryption,) = cluster["EncryptionConfig"]
    assert encryption["Resources"] == ["secrets"]
    assert stage.only("AWS::KMS::Key", "Services").properties["EnableKeyRotation"] is True


def test_only_the_named_administer_it_and_not_whoever_deploys(stage: StageTemplates) -> None:
    cluster = stage.only("AWS::EKS::Cluster").properties
    entries = [one.properties for one in stage.resources("AWS::EKS::AccessEntry")]

    assert cluster["AccessConfig"]["BootstrapClusterCreatorAdminPermissions"] is False
    assert [entry["PrincipalArn"] for entry in entries if entry.get("AccessPolicies")] == [ADMIN]


def test_an_office_may_reach_the_api_server_where_the_stage_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    config = replace(DEV, cluster=ClusterConfig(admins=(ADMIN,), public_from=("203.0.113.0/24",)))
    stage = StageTemplates.read(synthesise(tmp_path_factory.mktemp("office"), config), "dev")
    reached = stage.only("AWS::EKS::Cluster").properties["ResourcesVpcConfig"]

    assert (reached["EndpointPublicAccess"], reached["PublicAccessCidrs"]) == (True, ["203.0.113.0/24"])


def test_pods_of_the_predictor_may_do_what_the_function_may_and_no_others_take_the_role(stage: StageTemplates) -> None:
    identity = stage.only("AWS::EKS::PodIdentityAssociation").properties
    role = str(identity["RoleArn"]).strip("{}").removesuffix(".Arn")
    found = next(one for one in stage.resources("AWS::IAM::Role") if one.name == role)
    (trusting,) = found.properties["AssumeRolePolicyDocument"]["Statement"]

    def actions(name: str) -> set[tuple[str, str]]:
        return {
            (action, resource)
            for statement in stage.statements_of(name)
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
            if not action.startswith(("logs:", "xray:", "ec2:"))
        }

    assert (identity["Namespace"], identity["ServiceAccount"]) == (NAMESPACE, SERVICE_ACCOUNT)
    assert trusting["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert actions(role) == actions(stage.role_of("predict"))


def test_the_names_of_services_are_the_load_balancers_inside_the_network_only(stage: StageTemplates) -> None:
    zone = stage.only("AWS::Route53::HostedZone").properties
    record = stage.only("AWS::Route53::RecordSet").properties

    assert zone["VPCs"]
    assert (record["Name"], record["Type"]) == ("*.services.example.com.", "CNAME")
    assert record["ResourceRecords"] == ["internal.example.net"]
    tags = [tag for subnet in stage.resources("AWS::EC2::Subnet") for tag in subnet.properties["Tags"]]
    assert tags.count({"Key": "kubernetes.io/role/internal-elb", "Value": "1"}) == 3


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"admins": ()}, "admins must be ARNs of roles or users"),
        ({"admins": ("somebody",)}, "admins must be ARNs of roles or users"),
        ({"zones": 1}, "zones is 1, and must be 2 or 3"),
        ({"cidr": "10.0.0.0/28"}, "cidr is '10.0.0.0/28'"),
        ({"cidr": "ten"}, "cidr: 'ten' does not appear"),
        ({"public_from": ("0.0.0.0/0",)}, "public_from must not be the whole internet"),
        ({"domain": "services"}, "domain is 'services'"),
        ({"balancer": "x.example.com"}, "balancer is given, and needs the domain"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ClusterConfig(**{"admins": (ADMIN,), **wrong})
