"""The table of clients, credentials, public keys, pipelines and what is split."""

from __future__ import annotations

from aws_cdk.aws_dynamodb import Attribute, AttributeType, BillingMode, PointInTimeRecoverySpecification, Table
from aws_cdk.aws_iam import IGrantable, PolicyStatement
from constructs import Construct

from augury.clients import partitions
from augury.split import SOURCES
from augury.split.plan_rows import PLANS
from augury.split.run_lock import RUNS
from infra.key_patterns import below
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
            time_to_live_attribute="delete_after",
            deletion_protection=config.keeps_data,
            removal_policy=config.removal_policy,
        )

    def grant_authentication(self, grantee: IGrantable) -> None:
        """Allow looking up keys and public keys, and noting that a key was used; digests of secrets stay unseen."""
        self._grant(grantee, ["dynamodb:GetItem"], below(partitions.CREDENTIAL), partitions.SIGNING)
        self._grant_notes_of_use(grantee)

    def grant_token_requests(self, grantee: IGrantable) -> None:
        """Allow looking up keys and digests of secrets, and noting that a key was used."""
        self._grant(grantee, ["dynamodb:GetItem"], below(partitions.CREDENTIAL), below(partitions.SECRET))
        self._grant_notes_of_use(grantee)

    def grant_public_keys(self, grantee: IGrantable) -> None:
        """Allow replacing the list of public keys, and nothing else."""
        self._grant(grantee, ["dynamodb:GetItem", "dynamodb:PutItem"], partitions.SIGNING)

    def grant_quota_counts(self, grantee: IGrantable) -> None:
        """Allow adding to the counts of clients' events."""
        self._grant(grantee, ["dynamodb:UpdateItem"], below(partitions.QUOTA))

    def grant_registry(self, grantee: IGrantable) -> None:
        """Allow reading clients' pipelines."""
        self._grant(grantee, ["dynamodb:GetItem", "dynamodb:Query"], below(partitions.CLIENT))

    def grant_registration(self, grantee: IGrantable) -> None:
        """Allow reading clients' pipelines, and adding versions and revisions to them; nothing is removed."""
        self.grant_registry(grantee)
        self._grant(grantee, ["dynamodb:PutItem"], below(partitions.CLIENT))

    def grant_split_ledger(self, grantee: IGrantable) -> None:
        """Allow reading and writing which raw objects are split; runs in bulk have partitions of their own."""
        self._grant(grantee, ["dynamodb:GetItem", "dynamodb:PutItem"], below(SOURCES))

    def grant_bulk_split(self, grantee: IGrantable) -> None:
        """Allow reading and writing which raw objects are split, and the runs in bulk and their plans."""
        actions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
        self._grant(grantee, actions, below(SOURCES), PLANS, RUNS)

    def _grant_notes_of_use(self, grantee: IGrantable) -> None:
        self._grant(grantee, ["dynamodb:PutItem"], below(partitions.USED))

    def _grant(self, grantee: IGrantable, actions: list[str], *leading_keys: str) -> None:
        """Allow actions on the partitions whose keys match.

        See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html. Each of these
        actions names its partition; one that does not, such as a scan, would pass this condition and is never granted.
        """
        grantee.grant_principal.add_to_principal_policy(
            PolicyStatement(
                actions=actions,
                resources=[self.table_arn],
                conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(leading_keys)}},
            )
        )
