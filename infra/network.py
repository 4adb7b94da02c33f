"""The network of a stage that has a cluster: private subnets, and the services of AWS that are reached from there."""

from __future__ import annotations

from typing import Any

from aws_cdk import Fn, Tags
from aws_cdk.aws_ec2 import (
    FlowLogDestination,
    FlowLogOptions,
    GatewayVpcEndpointAwsService,
    GatewayVpcEndpointOptions,
    InterfaceVpcEndpointAwsService,
    IpAddresses,
    Peer,
    Port,
    SecurityGroup,
    SubnetConfiguration,
    SubnetSelection,
    SubnetType,
    Vpc,
)
from aws_cdk.aws_iam import IRole, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import LogGroup
from aws_cdk.aws_route53 import CnameRecord, PrivateHostedZone
from constructs import Construct

from infra.cluster_config import ClusterConfig
from infra.stages import StageConfig

SUBNETS = SubnetSelection(subnet_type=SubnetType.PRIVATE_ISOLATED)
"""The only subnets that there are: no address of theirs is reached from the internet, or reaches it."""

_SERVICES = {
    # What nodes of EKS Auto Mode need where there is no way to the internet:
    # https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
    "Ec2": InterfaceVpcEndpointAwsService.EC2,
    "EcrApi": InterfaceVpcEndpointAwsService.ECR,
    "EcrDocker": InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Eks": InterfaceVpcEndpointAwsService.EKS,
    "EksAuth": InterfaceVpcEndpointAwsService.EKS_AUTH,
    "Sts": InterfaceVpcEndpointAwsService.STS,
    # What the predictor calls beside S3 and DynamoDB: the prediction log, keys, and functions.
    "Firehose": InterfaceVpcEndpointAwsService.KINESIS_FIREHOSE,
    "Kms": InterfaceVpcEndpointAwsService.KMS,
    "Lambda": InterfaceVpcEndpointAwsService.LAMBDA_,
}


class Network(Construct):
    """A VPC without a way to the internet. S3 and DynamoDB are reached through gateways, which cost nothing.

    Every other service costs an interface endpoint, $0.01 an hour and zone: nine of them in two zones some $131 a month
    (us-east-1, list price). That is less than it looks beside a NAT gateway, which would let code out as well.

    Parameters
    ----------
    config : StageConfig
        The stage, for its logs.
    cluster : ClusterConfig
        Addresses, zones and domain.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig, cluster: ClusterConfig) -> None:
        super().__init__(scope, construct_id)
        self.vpc = Vpc(
            self,
            "Vpc",
            ip_addresses=IpAddresses.cidr(cluster.cidr),
            availability_zones=[Fn.select(zone, Fn.get_azs()) for zone in range(cluster.zones)],
            nat_gateways=0,
            restrict_default_security_group=False,  # a function of the CDK's would do it; nothing is in that group
            subnet_configuration=[
                SubnetConfiguration(name="private", subnet_type=SubnetType.PRIVATE_ISOLATED, cidr_mask=22)
            ],
            gateway_endpoints={
                "S3": GatewayVpcEndpointOptions(service=GatewayVpcEndpointAwsService.S3),
                "DynamoDb": GatewayVpcEndpointOptions(service=GatewayVpcEndpointAwsService.DYNAMODB),
            },
            flow_logs={"Flows": FlowLogOptions(destination=self._flow_logs(config))},
        )
        for subnet in self.vpc.isolated_subnets:  # EKS looks for the subnets of internal load balancers by this
            Tags.of(subnet).add("kubernetes.io/role/internal-elb", "1")
        self._endpoints(cluster)
        self.predict = SecurityGroup(
            self,
            "Predict",
            vpc=self.vpc,
            description="The predict function: out to services and AWS, in from nowhere",
            allow_all_outbound=False,
        )
        # Gateways have addresses of S3 and DynamoDB; there is no way to any other of the internet.
        self.predict.add_egress_rule(Peer.any_ipv4(), Port.tcp(443), "The load balancer, endpoints and gateways")
        if cluster.domain is not None:
            self._domain(cluster.domain, cluster.balancer)

    @property
    def of_function(self) -> dict[str, Any]:
        """Properties of a function that is in the network."""
        return {"vpc": self.vpc, "vpc_subnets": SUBNETS, "security_groups": [self.predict]}

    def grant_joining(self, role: IRole) -> None:
        """Let Lambda put a function into the network in its role's name.

        See https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, "Required IAM permissions".
        """
        role.add_to_principal_policy(
            PolicyStatement(
                actions=[
                    "ec2:AssignPrivateIpAddresses",
                    "ec2:CreateNetworkInterface",
                    "ec2:DeleteNetworkInterface",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSubnets",
                    "ec2:UnassignPrivateIpAddresses",
                ],
                resources=["*"],
            )
        )

    def _flow_logs(self, config: StageConfig) -> FlowLogDestination:
        group = LogGroup(self, "FlowLogs", retention=config.log_retention, removal_policy=config.removal_policy)
        role = Role(self, "FlowLogsRole", assumed_by=ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        return FlowLogDestination.to_cloud_watch_logs(group, role)

    def _endpoints(self, cluster: ClusterConfig) -> None:
        inside = SecurityGroup(
            self,
            "Endpoints",
            vpc=self.vpc,
            description="Services of AWS, for whoever is in the network",
            allow_all_outbound=False,
        )
        inside.add_ingress_rule(Peer.ipv4(cluster.cidr), Port.tcp(443), "Whoever is in the network")
        for name, service in _SERVICES.items():
            self.vpc.add_interface_endpoint(
                name, service=service, security_groups=[inside], subnets=SUBNETS, open=False
            )

    def _domain(self, domain: str, balancer: str | None) -> None:
        zone = PrivateHostedZone(self, "Zone", zone_name=domain, vpc=self.vpc)
        if balancer is not None:
            CnameRecord(self, "Services", zone=zone, record_name="*", domain_name=balancer)
