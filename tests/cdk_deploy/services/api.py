"""HTTP APIs."""

from __future__ import annotations

from typing import Final

from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading

_API: Final = {"ApiId": "{ApiId}"}


def _of_api(operation: str, **members: str) -> Reading:
    unread = {"ApiId": "is where it was found"}
    return Reading(service="apigatewayv2", operation=operation, members={**_API, **members}, unread=unread)


PROVIDERS: Final = {
    "AWS::ApiGatewayV2::Api": Provider(
        service="apigatewayv2",
        create="create_api",
        ref="{ApiId}",
        attributes={"ApiEndpoint": "{ApiEndpoint}", "ApiId": "{ApiId}"},
        delete=Step(operation="delete_api", members=_API),
    ),
    "AWS::ApiGatewayV2::Integration": Provider(
        service="apigatewayv2",
        create="create_integration",
        ref="{IntegrationId}",
        delete=Step(operation="delete_integration", members={**_API, "IntegrationId": "{Ref}"}),
    ),
    "AWS::ApiGatewayV2::Route": Provider(
        service="apigatewayv2",
        create="create_route",
        ref="{RouteId}",
        delete=Step(operation="delete_route", members={**_API, "RouteId": "{Ref}"}),
    ),
    "AWS::ApiGatewayV2::Stage": Provider(
        service="apigatewayv2",
        create="create_stage",
        ref="{StageName}",
        delete=Step(operation="delete_stage", members={**_API, "StageName": "{Ref}"}),
    ),
}

READINGS: Final = {
    "AWS::ApiGatewayV2::Api": Reading(
        service="apigatewayv2",
        operation="get_api",
        members={"ApiId": "{Ref}"},
        attributes={"ApiEndpoint": "{ApiEndpoint}"},
    ),
    "AWS::ApiGatewayV2::Integration": _of_api("get_integration", IntegrationId="{Ref}"),
    "AWS::ApiGatewayV2::Route": _of_api("get_route", RouteId="{Ref}"),
    "AWS::ApiGatewayV2::Stage": _of_api("get_stage", StageName="{Ref}"),
}
