"""The HTTP API: every route of the one table, each to its function."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import jsii
from aws_cdk.aws_apigateway import AccessLogFormat
from aws_cdk.aws_apigatewayv2 import (
    HttpApi,
    HttpMethod,
    HttpStage,
    IAccessLogDestination,
    IAccessLogSettings,
    LogGroupLogDestination,
    PayloadFormatVersion,
    ThrottleSettings,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from aws_cdk.aws_lambda import IFunction
from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from augury.routes import Function, Route
from infra.stages import StageConfig

# The route, never the path's query string: that is where browsers put keys, events and features.
_LOGGED = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "sourceIp": "$context.identity.sourceIp",
}


class HttpFront(Construct):
    """One HTTP API for the functions of every stack.

    It has no authorizer: functions authenticate, because an HTTP API's authorizer has neither our error bodies nor 503
    and caches its verdict across routes. It has no CORS configuration either, which would override the functions' own.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    routes : iterable of Route
        The table, :data:`augury.routes.ROUTES`.
    functions : mapping
        Who answers, by the name that routes call them by.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        routes: Iterable[Route],
        functions: Mapping[Function, IFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        self.api = HttpApi(self, "Api", api_name=f"augury-{config.name}", create_default_stage=False)
        self._serve(config)
        integrations = {name: _integration(name, function) for name, function in functions.items()}
        for route in routes:
            self.api.add_routes(
                path=route.path, methods=[HttpMethod[route.method]], integration=integrations[route.function]
            )

    def _serve(self, config: StageConfig) -> None:
        log_group = LogGroup(self, "AccessLogs", retention=config.log_retention, removal_policy=config.removal_policy)
        HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=ThrottleSettings(rate_limit=config.throttle.rate, burst_limit=config.throttle.burst),
            access_log_settings=_AccessLog(log_group),
        )


@jsii.implements(IAccessLogSettings)
class _AccessLog:
    """Where access is logged and as what; the CDK has this as an interface only."""

    def __init__(self, log_group: LogGroup) -> None:
        self._destination = LogGroupLogDestination(log_group)

    @property
    def destination(self) -> IAccessLogDestination:
        return self._destination

    @property
    def format(self) -> AccessLogFormat:
        return AccessLogFormat.custom(json.dumps(_LOGGED))


def _integration(name: Function, function: IFunction) -> HttpLambdaIntegration:
    return HttpLambdaIntegration(name.value, function, payload_format_version=PayloadFormatVersion.VERSION_2_0)
