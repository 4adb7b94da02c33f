"""The HTTP API: every route of the one table, each to its function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aws_cdk.aws_apigatewayv2 import (
    ApiMapping,
    CfnRoute,
    CfnStage,
    DomainName,
    HttpApi,
    HttpMethod,
    HttpRoute,
    HttpStage,
    PayloadFormatVersion,
    SecurityPolicy,
    ThrottleSettings,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from aws_cdk.aws_certificatemanager import Certificate
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from augury.routes import ROUTES, Function, Route
from infra.access_log import AccessLog
from infra.acknowledgements import acknowledge
from infra.sizes import Domain, Throttle
from infra.stages import StageConfig

_WHY_NO_AUTHORIZER = (
    "Functions authenticate, in one place: an HTTP API's authorizer can't give our error bodies, can't say 503, and "
    "caches its verdict across routes"
)


_TOKEN = next(route.key for route in ROUTES if route.function is Function.TOKEN)


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
        self.api = HttpApi(
            self,
            "Api",
            api_name=f"augury-{config.name}",
            create_default_stage=False,
            disable_execute_api_endpoint=(config.domain is not None and config.domain.only) or None,
        )
        acknowledge(self.api, "APIG4", _WHY_NO_AUTHORIZER)
        stage = self._serve(config)
        integrations = {name: _integration(name, function) for name, function in functions.items()}
        made = {route.key: self._route(route, integrations[route.function]) for route in routes}
        _throttle(stage, {made[_TOKEN]: config.token_throttle})
        self.domain = self._named(config.domain, stage) if config.domain else None

    @property
    def url(self) -> str:
        """Where the API answers: at its own name, if it has one."""
        return f"https://{self.domain.name}" if self.domain else self.api.api_endpoint

    def _serve(self, config: StageConfig) -> HttpStage:
        return HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=ThrottleSettings(rate_limit=config.throttle.rate, burst_limit=config.throttle.burst),
            access_log_settings=AccessLog(self, "AccessLogs", config=config).settings,
        )

    def _route(self, route: Route, integration: HttpLambdaIntegration) -> HttpRoute:
        [made] = self.api.add_routes(path=route.path, methods=[HttpMethod[route.method]], integration=integration)
        return made

    def _named(self, domain: Domain, stage: HttpStage) -> DomainName:
        name = DomainName(
            self,
            "Domain",
            domain_name=domain.name,
            certificate=Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn),
            security_policy=SecurityPolicy.TLS_1_2,
        )
        ApiMapping(self, "Mapping", api=self.api, domain_name=name, stage=stage)
        return name


def _integration(name: Function, function: IFunction) -> HttpLambdaIntegration:
    return HttpLambdaIntegration(name.value, function, payload_format_version=PayloadFormatVersion.VERSION_2_0)


def _throttle(stage: HttpStage, throttles: Mapping[HttpRoute, Throttle]) -> None:
    """Give routes a throttle of their own; API Gateway refuses settings of a route that it does not have yet."""
    resource = stage.node.default_child
    assert isinstance(resource, CfnStage)
    settings = {}
    for route, throttle in throttles.items():
        assert isinstance(route.node.default_child, CfnRoute)
        settings[route.node.default_child.route_key] = {
            "ThrottlingRateLimit": throttle.rate,
            "ThrottlingBurstLimit": throttle.burst,
        }
        resource.node.add_dependency(route)
    resource.route_settings = settings
