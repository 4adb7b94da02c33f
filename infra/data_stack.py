"""What must not be lost: the bucket with its streams and notifications, the table, the signing secret."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_secretsmanager import Secret
from constructs import Construct

from augury.lake import RAW_EVENTS
from infra.event_lake import EventLake
from infra.records import Records
from infra.split_queue import SplitQueue
from infra.stages import StageConfig


class DataStack(Stack):
    """All state of a stage. The other stacks refer to it and can be replaced at will.

    Its outputs ``BucketName`` and ``TableName`` are read by the command line.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Augury: bucket, delivery streams, table and signing secret",
            termination_protection=config.keeps_data,
        )
        self.lake = EventLake(self, "Lake", config=config)
        self.raw_objects = SplitQueue(self, "RawObjects", config=config)
        self.raw_objects.receive_creations(self.lake.bucket, prefix=RAW_EVENTS)
        self.records = Records(self, "Records", config=config)
        self.signing_secret = Secret(
            self,
            "SigningSecret",
            description="Private key that signs access tokens; replaced by rotation",
            removal_policy=config.removal_policy,
        )
        CfnOutput(self, "BucketName", value=self.lake.bucket.bucket_name)
        CfnOutput(self, "TableName", value=self.records.table_name)
