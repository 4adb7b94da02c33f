"""The table of clients, credentials, public keys and pipelines."""

from __future__ import annotations

from aws_cdk.aws_dynamodb import Attribute, AttributeType, BillingMode, PointInTimeRecoverySpecification, Table
from aws_cdk.aws_iam import IGrantable
from constructs import Construct

from infra.stages import StageConfig


class Records(Table):
    """One table with a partition key ``pk`` and a sort key ``sk``, as :class:`augury.aws.Table` reads it.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=Attribute(name="pk", type=AttributeType.STRING),
            sort_key=Attribute(name="sk", type=AttributeType.STRING),
            billing_mode=BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
            deletion_protection=config.keeps_data,
            removal_policy=config.removal_policy,
        )

    def grant_lookups(self, grantee: IGrantable) -> None:
        """Allow reading by key; unlike ``grant_read_data`` not reading everything that is there."""
        self.grant(grantee, "dynamodb:GetItem", "dynamodb:Query")

    def grant_puts(self, grantee: IGrantable) -> None:
        """Allow reading by key and writing whole items, but no removal."""
        self.grant(grantee, "dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem")
