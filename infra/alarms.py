"""Alarms, and whom they tell."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, IMetric, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_iam import ServicePrincipal
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from infra.stages import StageConfig


class Alarms(Construct):
    """A topic, and alarms that tell it when they start and when they end.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to, and who is written to.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        self._stage = config.name
        self.topic = Topic(self, "Topic", display_name=f"Augury {config.name}", enforce_ssl=True)
        # A policy of its own replaces the one that lets the account's alarms publish.
        of_this_account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.grant_publish(ServicePrincipal("cloudwatch.amazonaws.com", conditions=of_this_account))
        # EventBridge sends to no topic whose policy has a condition ("Using resource-based policies", Amazon SNS).
        self.topic.grant_publish(ServicePrincipal("events.amazonaws.com"))
        for address in config.alarm_emails:
            self.topic.add_subscription(EmailSubscription(address))
        self._action = SnsAction(self.topic)

    def raise_above(
        self, threshold: float, metric: IMetric, name: str, meaning: str, *, points: int = 1, of: int | None = None
    ) -> None:
        """Raise an alarm while a metric is above a threshold. A metric that says nothing is not above it.

        Parameters
        ----------
        threshold : float
            What the metric may still be.
        metric : IMetric
            What is looked at.
        name : str
            Name of the alarm behind ``augury-<stage>-``.
        meaning : str
            What has happened and what to do; it stands in the message.
        points : int
            How many periods must be above it.
        of : int, optional
            Among how many; ``points`` unless given.
        """
        alarm = Alarm(
            self,
            name,
            alarm_name=f"augury-{self._stage}-{name}",
            alarm_description=meaning,
            metric=metric,
            threshold=threshold,
            comparison_operator=ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=of or points,
            datapoints_to_alarm=points,
            treat_missing_data=TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
