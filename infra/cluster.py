"""The cluster of a stage, and the role of the predictor on it."""

from __future__ import annotations

from aws_cdk import Annotations
from aws_cdk.aws_eks_v2 import (
    AccessPolicy,
    AccessScopeType,
    CfnPodIdentityAssociation,
    Cluster,
    ClusterLoggingTypes,
    ComputeConfig,
    EndpointAccess,
    IAccessPolicy,
    KubernetesVersion,
)
from aws_cdk.aws_iam import ManagedPolicy, Role, ServicePrincipal, SessionTagsPrincipal
from aws_cdk.aws_kms import Key
from constructs import Construct

from augury.deployment.predictor import NAMESPACE, SERVICE_ACCOUNT
from infra.acknowledgements import acknowledge
from infra.cluster_config import ClusterConfig
from infra.network import SUBNETS, Network
from infra.stages import StageConfig

_LOGS = [
    ClusterLoggingTypes.API,
    ClusterLoggingTypes.AUDIT,
    ClusterLoggingTypes.AUTHENTICATOR,
    ClusterLoggingTypes.CONTROLLER_MANAGER,
    ClusterLoggingTypes.SCHEDULER,
]

_NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")
_CLUSTER_POLICIES = (
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)


class ServiceCluster(Construct):
    """An EKS cluster in Auto Mode, where clients' services and, if wanted, the predictor run.

    The CDK lays nothing on it: that would take a function of its own that may do anything there. ``augury deploy`` and
    ``augury cluster manifests`` do, as whoever calls them.

    Parameters
    ----------
    config : StageConfig
        The stage.
    cluster : ClusterConfig
        Who may change it, and from where.
    network : Network
        Where it is.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, cluster: ClusterConfig, network: Network
    ) -> None:
        super().__init__(scope, construct_id)
        key = Key(
            self,
            "Key",
            description="Encrypts the secrets of the cluster",
            enable_key_rotation=True,
            removal_policy=config.removal_policy,
        )
        self.cluster = Cluster(
            self,
            "Cluster",
            version=KubernetesVersion.V1_35,
            vpc=network.vpc,
            vpc_subnets=[SUBNETS],
            endpoint_access=_access(cluster),
            cluster_logging=_LOGS,
            secrets_encryption_key=key,
            compute=ComputeConfig(node_role=self._node_role()),
            bootstrap_cluster_creator_admin_permissions=False,
            output_config_command=False,
        )
        self._acknowledge()
        for position, admin in enumerate(cluster.admins):
            self.cluster.grant_access(f"Admin{position}", admin, [_everything()])
        self.predictor = self._predictor_role()

    def _node_role(self) -> Role:
        """Return the role of nodes, with the least that Auto Mode asks for.

        See https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html.
        """
        policies = [ManagedPolicy.from_aws_managed_policy_name(name) for name in _NODE_POLICIES]
        return Role(self, "NodeRole", assumed_by=ServicePrincipal("ec2.amazonaws.com"), managed_policies=policies)

    def _acknowledge(self) -> None:
        for name in (*_CLUSTER_POLICIES, *_NODE_POLICIES):
            acknowledge(
                self,
                f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{name}]",
                "EKS Auto Mode runs by these policies of AWS, which change with it",
            )
        Annotations.of(self.cluster).acknowledge_warning(
            "@aws-cdk/aws-eks:isolatedSubnetsForKubectlPrivateSubnets",
            "The network has the endpoints that EKS asks for",
        )

    def _predictor_role(self) -> Role:
        """Return the role that Pods of the predictor's account take, by EKS Pod Identity."""
        pods = SessionTagsPrincipal(ServicePrincipal("pods.eks.amazonaws.com"))
        role = Role(self, "PredictorRole", assumed_by=pods, description="Augury: the predictor on the cluster")
        CfnPodIdentityAssociation(
            self,
            "PredictorIdentity",
            cluster_name=self.cluster.cluster_name,
            namespace=NAMESPACE,
            service_account=SERVICE_ACCOUNT,
            role_arn=role.role_arn,
        )
        return role


def _access(cluster: ClusterConfig) -> EndpointAccess:
    if not cluster.public_from:
        return EndpointAccess.PRIVATE
    return EndpointAccess.PUBLIC_AND_PRIVATE.only_from(*cluster.public_from)


def _everything() -> IAccessPolicy:
    return AccessPolicy.from_access_policy_name(
        "AmazonEKSClusterAdminPolicy", access_scope_type=AccessScopeType.CLUSTER
    )
