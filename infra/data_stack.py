"""What must not be lost: the bucket with its streams and notifications, the table, keys and secrets."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_secretsmanager import Secret, SecretStringGenerator
from constructs import Construct

from augury.lake import RAW_EVENTS, SPILLED_EVENTS
from infra.acknowledgements import acknowledge
from infra.artifact_key import ArtifactKey
from infra.event_lake import EventLake
from infra.microservices import Microservices
from infra.records import Records
from infra.split_queue import SplitQueue
from infra.stages import StageConfig


class DataStack(Stack):
    """All state of a stage. The other stacks refer to it and can be replaced at will.

    Its outputs are read by the command line: ``BucketName``, ``EventsPrefix``, ``TableName``, ``PepperSecretArn``,
    ``ArtifactKeyArn``, ``TrustedArtifactKeys`` and ``AllowUnsignedArtifacts``.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Augury: bucket, delivery streams, table and secrets",
            termination_protection=config.keeps_data,
        )
        self.lake = EventLake(self, "Lake", config=config)
        self.raw_objects = SplitQueue(self, "RawObjects", config=config)
        self.raw_objects.receive_creations(self.lake.bucket, prefixes=(RAW_EVENTS, SPILLED_EVENTS))
        self.records = Records(self, "Records", config=config)
        self.signing_secret = Secret(
            self,
            "SigningSecret",
            description="Private key that signs access tokens; replaced by rotation",
            removal_policy=config.removal_policy,
        )
        self.pepper = Secret(
            self,
            "Pepper",
            description="Random text that digests of clients' secrets are keyed with; never replaced",
            generate_secret_string=SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=config.removal_policy,
        )
        acknowledge(self.signing_secret, "SMG4", "Its rotation is in the Api stack, with the function that does it")
        acknowledge(self.pepper, "SMG4", "With another pepper the digest of every client's secret would be wrong")
        self.artifact_key = ArtifactKey(self, "Artifacts", config=config)
        self.microservices = Microservices(self, "Microservices", config=config)
        CfnOutput(self, "ArtifactKeyArn", value=self.artifact_key.arn)
        CfnOutput(self, "TrustedArtifactKeys", value=self.artifact_key.trusted)
        CfnOutput(self, "AllowUnsignedArtifacts", value=str(config.allow_unsigned_artifacts).lower())
        CfnOutput(self, "PepperSecretArn", value=self.pepper.secret_arn)
        CfnOutput(self, "BucketName", value=self.lake.bucket.bucket_name)
        CfnOutput(self, "EventsPrefix", value=config.events_prefix.expression)
        CfnOutput(self, "TableName", value=self.records.table_name)
