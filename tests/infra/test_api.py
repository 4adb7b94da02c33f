"""The HTTP API is the route table, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from augury.routes import ROUTES, Function, Route
from tests.infra.conftest import ROOT
from tests.infra.templates import Resource, StageTemplates


def find(templates: StageTemplates, reference: str) -> Resource:
    """Return what a reference such as ``{stack:id.Arn}`` refers to."""
    name = reference.strip("{}").removesuffix(".Arn")
    return next(resource for resource in templates.resources() if resource.name == name)


def test_the_routes_of_the_table_are_the_routes_of_the_api(templates: StageTemplates) -> None:
    keys = [resource.properties["RouteKey"] for resource in templates.resources("AWS::ApiGatewayV2::Route")]

    assert sorted(keys) == sorted(route.key for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_a_route_goes_to_its_function_as_payload_2(templates: StageTemplates, route: Route) -> None:
    [resource] = [r for r in templates.resources("AWS::ApiGatewayV2::Route") if r.properties["RouteKey"] == route.key]
    integration = find(templates, resource.properties["Target"].removeprefix("integrations/"))
    function = find(templates, integration.properties["IntegrationUri"])

    assert integration.properties["PayloadFormatVersion"] == "2.0"
    assert integration.properties["IntegrationType"] == "AWS_PROXY"
    assert function.properties == templates.function(route.function.value).properties
    assert handler_of(function) == route.function.handler


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.key)
def test_the_api_may_call_a_function_for_each_of_its_paths(templates: StageTemplates, route: Route) -> None:
    function = templates.function(route.function.value).name
    api = templates.only("AWS::ApiGatewayV2::Api").name
    permitted = [
        resource.properties["SourceArn"]
        for resource in templates.resources("AWS::Lambda::Permission")
        if resource.properties["FunctionName"] == f"{{{function}.Arn}}"
        and resource.properties["Principal"] == "apigateway.amazonaws.com"
    ]

    assert any(arn.endswith(f":{{{api}}}/*/*{route.path}") for arn in permitted)
    assert not any(arn.endswith(":*") for arn in permitted)


def test_functions_authenticate_so_the_api_has_no_authorizer_and_no_cors_of_its_own(templates: StageTemplates) -> None:
    assert not templates.resources("AWS::ApiGatewayV2::Authorizer")
    assert "CorsConfiguration" not in templates.only("AWS::ApiGatewayV2::Api").properties


def test_the_access_log_says_which_route_was_called_but_never_its_query_string(templates: StageTemplates) -> None:
    settings = templates.only("AWS::ApiGatewayV2::Stage").properties["AccessLogSettings"]
    variables = set(re.findall(r"\$context\.[\w.]+", settings["Format"]))

    assert json.loads(settings["Format"])["routeKey"] == "$context.routeKey"
    assert variables <= {
        "$context.requestId",
        "$context.requestTime",
        "$context.routeKey",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationStatus",
        "$context.integrationLatency",
        "$context.integrationErrorMessage",
        "$context.identity.sourceIp",
    }
    assert find(templates, settings["DestinationArn"]).properties["RetentionInDays"] > 0


def test_every_route_is_throttled(templates: StageTemplates) -> None:
    settings = templates.only("AWS::ApiGatewayV2::Stage").properties["DefaultRouteSettings"]

    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]


def test_tokens_are_throttled_below_the_rest_once_there_is_their_route(templates: StageTemplates) -> None:
    stage = templates.only("AWS::ApiGatewayV2::Stage")
    (key, own), *others = stage.properties["RouteSettings"].items()
    routes = templates.resources("AWS::ApiGatewayV2::Route")
    (route,) = (route.name.partition(":")[2] for route in routes if route.properties["RouteKey"] == key)

    assert (key, others) == ("POST /token", [])
    assert own["ThrottlingRateLimit"] < stage.properties["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert route in stage.attributes["DependsOn"]


def test_what_the_api_itself_turns_away_is_counted_from_its_log(templates: StageTemplates) -> None:
    counted = templates.only("AWS::Logs::MetricFilter").properties
    logged = json.loads(templates.only("AWS::ApiGatewayV2::Stage").properties["AccessLogSettings"]["Format"])
    (transformation,) = counted["MetricTransformations"]

    assert set(re.findall(r"\$\.(\w+)", counted["FilterPattern"])) == {"status", "integrationStatus"} <= logged.keys()
    assert transformation["Dimensions"] == [{"Key": "stage", "Value": "$.stage"}]
    assert logged["stage"] == templates.stage


def handler_of(function: Resource) -> str:
    """Return the handler of a zip function, or of the predictor image."""
    if function.properties.get("PackageType") != "Image":
        return str(function.properties["Handler"])
    [command] = re.findall(r"^CMD (.*)$", (ROOT / "containers/predictor/Dockerfile").read_text(), re.M)
    return str(json.loads(command)[0])


def test_only_what_predicts_is_an_image(templates: StageTemplates) -> None:
    functions = templates.resources("AWS::Lambda::Function")

    images = [function for function in functions if function.properties.get("PackageType") == "Image"]

    assert {function.name for function in images} == {
        templates.function(name).name for name in (Function.PREDICT.value, "predictheavy")
    }
