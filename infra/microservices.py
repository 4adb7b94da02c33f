"""What ``augury deploy`` needs of a stage: where images go, and how far the roles of clients' own code may reach."""

from __future__ import annotations

from aws_cdk import ArnFormat, CfnOutput, Duration, Stack
from aws_cdk.aws_ecr import LifecycleRule, Repository, RepositoryEncryption, TagMutability, TagStatus
from aws_cdk.aws_iam import IGrantable, ManagedPolicy, PolicyStatement, ServicePrincipal
from constructs import Construct, IConstruct

from augury.deployment.lambda_plan import LIVE, STABLE
from infra.acknowledgements import acknowledge
from infra.stages import StageConfig


class Microservices(Construct):
    """The repository of images, and the boundary of the roles that their functions run in.

    Its outputs are read by the command line: ``MicroserviceRepositoryUri``, ``MicroserviceBoundaryArn`` and
    ``HttpTargets``.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        functions = _functions(self, config)
        self.repository = Repository(
            self,
            "Images",
            encryption=RepositoryEncryption.AES_256,
            image_scan_on_push=True,
            image_tag_mutability=TagMutability.IMMUTABLE,
            lifecycle_rules=[LifecycleRule(tag_status=TagStatus.UNTAGGED, max_image_age=Duration.days(14))],
            removal_policy=config.removal_policy,
        )
        self.repository.add_to_resource_policy(
            PolicyStatement(
                principals=[ServicePrincipal("lambda.amazonaws.com")],
                actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                conditions={"ArnLike": {"aws:SourceArn": functions}},
            )
        )
        self.boundary = self._boundary(config)
        self._output("MicroserviceRepositoryUri", self.repository.repository_uri)
        self._output("MicroserviceBoundaryArn", self.boundary.managed_policy_arn)
        if config.http_targets:
            self._output("HttpTargets", ",".join(config.http_targets))

    def _boundary(self, config: StageConfig) -> ManagedPolicy:
        """Return the policy that no role of a microservice reaches beyond: its own logs, and traces."""
        logs = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"/aws/lambda/{_prefix(config)}*:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        boundary = ManagedPolicy(
            self,
            "Boundary",
            description="What the roles of clients' own functions may do at the most",
            statements=[
                PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[logs]),
                PolicyStatement(actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources=["*"]),
            ],
        )
        reason = "A boundary holds for the roles of all functions of the stage, each of which names its own logs"
        acknowledge(boundary, f"IAM5[Resource::{_as_found(boundary, logs)}]", reason)
        acknowledge(boundary, "IAM5[Resource::*]", "X-Ray has no resources to name")
        return boundary

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value).override_logical_id(name)


def grant_invoke_microservices(grantee: IGrantable, scope: IConstruct, config: StageConfig) -> None:
    """Allow calling the functions that ``augury deploy`` makes, now or later, by the aliases that it gives them."""
    functions = _functions(scope, config)
    aliases = [f"{functions}:{alias}" for alias in (LIVE, STABLE)]
    grantee.grant_principal.add_to_principal_policy(
        PolicyStatement(actions=["lambda:InvokeFunction"], resources=aliases)
    )
    for one in aliases:
        acknowledge(
            scope,
            f"IAM5[Resource::{_as_found(scope, one)}]",
            "Targets are deployed after the stage is, by names that begin with the stage's, which nothing else has",
        )


def _prefix(config: StageConfig) -> str:
    return f"augury-{config.name}_"


def _functions(scope: IConstruct, config: StageConfig) -> str:
    return Stack.of(scope).format_arn(
        service="lambda",
        resource="function",
        resource_name=f"{_prefix(config)}*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def _as_found(scope: IConstruct, arn: str) -> str:
    """Return an ARN as cdk-nag writes it, with what is known at deployment only in angle brackets."""
    joined = Stack.of(scope).resolve(arn)["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in joined)
