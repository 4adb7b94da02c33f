"""The queue of raw objects that are to be split."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Duration, Stack
from aws_cdk.aws_iam import ServicePrincipal
from aws_cdk.aws_s3 import Bucket, CfnBucket
from aws_cdk.aws_sqs import DeadLetterQueue, Queue, QueueEncryption
from constructs import Construct

from infra.stages import StageConfig

# AWS's advice for a queue that a function reads: throttled batches come back several times before they are done.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_VISIBILITY_IN_TIMEOUTS = 6
_MAX_RECEIVES = 5


class SplitQueue(Construct):
    """Notifications of raw objects, each kept until it is split or has failed for good.

    Parameters
    ----------
    config : StageConfig
        The stage; the split function's timeout decides how long a message stays hidden.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = Queue(
            self,
            "DeadLetters",
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.queue = Queue(
            self,
            "Queue",
            encryption=QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(7),
            visibility_timeout=Duration.seconds(_VISIBILITY_IN_TIMEOUTS * config.split.timeout_s),
            dead_letter_queue=DeadLetterQueue(queue=self.dead_letters, max_receive_count=_MAX_RECEIVES),
        )

    def receive_creations(self, bucket: Bucket, *, prefixes: Iterable[str]) -> None:
        """Have a bucket tell this queue of every object that is created below some prefixes.

        ``Bucket.add_event_notification`` would deploy a function that may rewrite the notifications of every bucket
        of the account. The bucket's own property needs none; but S3 tries the queue while it makes the bucket, so that
        the queue's policy can't name the bucket and names the account.
        """
        from_this_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.queue.grant_send_messages(ServicePrincipal("s3.amazonaws.com", conditions=from_this_account))
        resource = bucket.node.default_child
        assert isinstance(resource, CfnBucket)
        resource.notification_configuration = _creations_below(prefixes, self.queue)
        resource.node.add_dependency(self.queue)


def _creations_below(prefixes: Iterable[str], queue: Queue) -> CfnBucket.NotificationConfigurationProperty:
    return CfnBucket.NotificationConfigurationProperty(
        queue_configurations=[
            CfnBucket.QueueConfigurationProperty(
                event="s3:ObjectCreated:*",
                queue=queue.queue_arn,
                filter=CfnBucket.NotificationFilterProperty(
                    s3_key=CfnBucket.S3KeyFilterProperty(
                        rules=[CfnBucket.FilterRuleProperty(name="prefix", value=prefix)]
                    )
                ),
            )
            for prefix in prefixes
        ]
    )
