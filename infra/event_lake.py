"""The data bucket and the delivery streams that write into it."""

from __future__ import annotations

from aws_cdk import Duration, Size, Stack
from aws_cdk.aws_iam import IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_kinesisfirehose import Compression, DeliveryStream, EnableLogging, S3Bucket, StreamEncryption
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_logs import LogGroup
from aws_cdk.aws_s3 import BlockPublicAccess, Bucket, BucketEncryption, LifecycleRule, ObjectOwnership
from constructs import Construct

from augury.lake import (
    EVENTS_ERROR_PREFIX,
    FEEDBACK_ERROR_PREFIX,
    FEEDBACK_PREFIX,
    PREDICTIONS_ERROR_PREFIX,
    PREDICTIONS_PREFIX,
    REFUSALS_ERROR_PREFIX,
    REFUSALS_PREFIX,
)
from infra.acknowledgements import acknowledge_keys
from infra.key_patterns import KeyPattern, below
from infra.lifecycle import lifecycle_rules
from infra.stages import StageConfig

_CIDR_BLOCKS = "@aws-cdk--aws-kinesisfirehose.CidrBlocks"


class EventLake(Construct):
    """One bucket for all data, with a stream each for events, refused events, predictions and feedback.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        self.bucket = _bucket(self, config, access_logs=_access_log_bucket(self, config))
        self.events = LakeStream(
            self,
            "Events",
            bucket=self.bucket,
            prefix=config.events_prefix.expression,
            error_prefix=EVENTS_ERROR_PREFIX,
            config=config,
        )
        self.refusals = LakeStream(
            self,
            "Refusals",
            bucket=self.bucket,
            prefix=REFUSALS_PREFIX,
            error_prefix=REFUSALS_ERROR_PREFIX,
            config=config,
        )
        self.predictions = LakeStream(
            self,
            "Predictions",
            bucket=self.bucket,
            prefix=PREDICTIONS_PREFIX,
            error_prefix=PREDICTIONS_ERROR_PREFIX,
            config=config,
        )
        self.feedback = LakeStream(
            self,
            "Feedback",
            bucket=self.bucket,
            prefix=FEEDBACK_PREFIX,
            error_prefix=FEEDBACK_ERROR_PREFIX,
            config=config,
        )

    def grant(self, identity: Function | IRole, action: str, *patterns: KeyPattern) -> None:
        """Allow a function, or a role, an action on the objects of some patterns, and on no other."""
        role = identity.role if isinstance(identity, Function) else identity
        assert role is not None
        for keys in patterns:
            self.bucket.grants.actions_on_object_keys(role, keys, action)
            acknowledge_keys(role, self.bucket, keys)

    def grant_list(self, identity: Function | IRole) -> None:
        """Allow listing keys to who reads objects that may be gone.

        Without it S3 says of an object that is not there that access is denied, which is no answer at all. A condition
        on the prefix would not do: reading an object names none.

        References
        ----------
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        listing = PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn])
        identity.grant_principal.add_to_principal_policy(listing)


class LakeStream(DeliveryStream):
    """A Firehose that lays what it is given in the bucket, gzipped, under a prefix expression.

    Parameters
    ----------
    bucket : Bucket
        Where its objects go.
    prefix, error_prefix : str
        Prefix expressions, from :mod:`augury.lake`.
    config : StageConfig
        The stage, which says how long it buffers.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket: Bucket,
        prefix: str,
        error_prefix: str,
        config: StageConfig,
    ) -> None:
        log_group = LogGroup(
            scope, f"{construct_id}StreamLogs", retention=config.log_retention, removal_policy=config.removal_policy
        )
        role = _delivery_role(scope, f"{construct_id}StreamRole", bucket=bucket, prefixes=(prefix, error_prefix))
        log_group.grant_write(role)
        super().__init__(
            scope,
            construct_id,
            encryption=StreamEncryption.aws_owned_key(),
            destination=S3Bucket(
                bucket,
                # The construct would grant reading, writing and deleting in the whole bucket.
                role=role.without_policy_updates(),
                data_output_prefix=prefix,
                error_output_prefix=error_prefix,
                compression=Compression.GZIP,
                buffering_interval=Duration.seconds(config.buffering.interval_s),
                buffering_size=Size.mebibytes(config.buffering.size_mib),
                logging_config=EnableLogging(log_group),
            ),
        )
        self.node.add_dependency(role)
        # The addresses of Firehose in every region, which only a destination inside a network refers to.
        Stack.of(self).node.try_remove_child(_CIDR_BLOCKS)


def _bucket(scope: Construct, config: StageConfig, *, access_logs: Bucket) -> Bucket:
    return Bucket(
        scope,
        "Bucket",
        server_access_logs_bucket=access_logs,
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        encryption=BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
        versioned=True,
        removal_policy=config.removal_policy,
        lifecycle_rules=lifecycle_rules(config),
    )


def _access_log_bucket(scope: Construct, config: StageConfig) -> Bucket:
    """Return where S3 notes who asked for which object, for some time.

    It may be destroyed with its stack, like every log; S3 refuses that while it holds objects.
    """
    return Bucket(
        scope,
        "AccessLogs",
        block_public_access=BlockPublicAccess.BLOCK_ALL,
        encryption=BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=config.removal_policy,
        lifecycle_rules=[
            LifecycleRule(
                id="access-logs",
                expiration=Duration.days(config.access_log_days),
                abort_incomplete_multipart_upload_after=Duration.days(7),
            )
        ],
    )


def _delivery_role(scope: Construct, construct_id: str, *, bucket: Bucket, prefixes: tuple[str, str]) -> Role:
    """Return a role with what Firehose says it needs, on the keys that it writes.

    References
    ----------
    https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
    """
    patterns = [KeyPattern(below(_literal_start(prefix)), "Firehose names its objects itself") for prefix in prefixes]
    on_bucket = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    on_objects = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
    delivery = PolicyDocument(
        statements=[
            PolicyStatement(actions=on_bucket, resources=[bucket.bucket_arn]),
            PolicyStatement(actions=on_objects, resources=[bucket.arn_for_objects(keys) for keys in patterns]),
        ]
    )
    role = Role(
        scope,
        construct_id,
        assumed_by=ServicePrincipal("firehose.amazonaws.com"),
        inline_policies={"Delivery": delivery},
    )
    for keys in patterns:
        acknowledge_keys(role, bucket, keys)
    return role


def _literal_start(prefix: str) -> str:
    """Return what stands before the first expression of a prefix."""
    return prefix.partition("!{")[0]
