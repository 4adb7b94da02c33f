"""What the API notes of each request, and what is counted in those notes."""

from __future__ import annotations

import json

import jsii
from aws_cdk.aws_apigateway import AccessLogFormat
from aws_cdk.aws_apigatewayv2 import IAccessLogDestination, IAccessLogSettings, LogGroupLogDestination
from aws_cdk.aws_logs import FilterPattern, LogGroup, MetricFilter
from constructs import Construct

from infra.stages import StageConfig

NAMESPACE = "Augury"
"""CloudWatch's namespace of all metrics of Augury."""

API_THROTTLED = "ApiThrottled"
"""Metric of requests that the API itself turned away with 429, by ``stage``; a client's quota is not among them."""

# The route, never the path's query string: that is where browsers put keys, events and features.
_LOGGED = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "sourceIp": "$context.identity.sourceIp",
}


class AccessLog(LogGroup):
    """A log group of one JSON document a request, kept as long as the other logs.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id, retention=config.log_retention, removal_policy=config.removal_policy)
        self._stage = config.name
        # HTTP APIs have no metric of their throttling. What no function saw has no integration status.
        MetricFilter(
            self,
            "Throttled",
            log_group=self,
            filter_pattern=FilterPattern.literal('{ ($.status = "429") && ($.integrationStatus = "-") }'),
            metric_namespace=NAMESPACE,
            metric_name=API_THROTTLED,
            metric_value="1",
            dimensions={"stage": "$.stage"},
        )

    @property
    def settings(self) -> IAccessLogSettings:
        """Where access is logged and as what, for a stage of the API."""
        return _Settings(self, {"stage": self._stage, **_LOGGED})


@jsii.implements(IAccessLogSettings)
class _Settings:
    """The CDK has this as an interface only."""

    def __init__(self, log_group: LogGroup, logged: dict[str, str]) -> None:
        self._destination = LogGroupLogDestination(log_group)
        self._logged = logged

    @property
    def destination(self) -> IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> AccessLogFormat:
        return AccessLogFormat.custom(json.dumps(self._logged))
