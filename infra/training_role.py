"""The role of one client's training jobs."""

from __future__ import annotations

from aws_cdk import Stack, Tags
from aws_cdk.aws_ecr_assets import DockerImageAsset
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from constructs import Construct

from augury.aws.training_jobs import LOG_GROUP
from augury.lake import client_events, client_models, client_training
from augury.names import ClientName
from augury.training_jobs import role_name
from infra.acknowledgements import acknowledge, acknowledge_arns
from infra.artifact_key import ArtifactKey
from infra.event_lake import EventLake
from infra.key_patterns import KeyPattern, below


class TrainingRole(Role):
    """What runs a client's own definition may read its events, write its artifacts and sign, and nothing else.

    A signature alone gives nothing away: one for another client's manifest can't be laid under that client's prefix,
    and registration refuses an artifact that names another client than its prefix does.

    Parameters
    ----------
    stage : str
        Name of the stage.
    client : ClientName
        Whose jobs.
    lake : EventLake
        Where its prefix is.
    artifact_key : ArtifactKey
        What signs.
    image : DockerImageAsset
        What the jobs run.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        client: ClientName,
        lake: EventLake,
        artifact_key: ArtifactKey,
        image: DockerImageAsset,
    ) -> None:
        account = Stack.of(scope).account
        super().__init__(
            scope,
            construct_id,
            role_name=role_name(stage, client),
            description=f"Augury: training jobs of client {client}",
            assumed_by=ServicePrincipal(
                "sagemaker.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": account}}
            ),
        )
        Tags.of(self).add("augury:client", client)
        self._grant_prefix(client, lake)
        self._grant_telemetry()
        acknowledge(self, "IAM5[Resource::*]", "Metrics and tokens of ECR have no resources to name")
        artifact_key.grant_sign(self)
        image.repository.grant_pull(self)

    def _grant_prefix(self, client: ClientName, lake: EventLake) -> None:
        events, models, training = client_events(client), client_models(client), client_training(client)
        own = "All of it is the client's own"
        readable = [KeyPattern(below(prefix), own) for prefix in (events, models, training)]
        writable = [KeyPattern(below(prefix), own) for prefix in (models, training)]
        lake.grant(self, "s3:GetObject", *readable)
        lake.grant(self, "s3:PutObject", *writable)
        lake.grant(self, "s3:AbortMultipartUpload", *writable)
        self.add_to_policy(
            PolicyStatement(
                actions=["s3:ListBucket"],
                resources=[lake.bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [str(pattern) for pattern in readable]}},
            )
        )

    def _grant_telemetry(self) -> None:
        """Let SageMaker print and measure in the role's name.

        See https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, "CreateTrainingJob API".
        """
        stack = Stack.of(self)
        group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{LOG_GROUP}"
        self.add_to_policy(
            PolicyStatement(
                actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[group, f"{group}:*"],
            )
        )
        acknowledge_arns(self, f"logs:log-group:{LOG_GROUP}:*", "A job's log stream is named when it starts")
        self.add_to_policy(
            PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": LOG_GROUP}},
            )
        )
