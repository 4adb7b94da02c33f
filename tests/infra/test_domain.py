"""A name of the API's own, which no stage has unless it is configured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_lambda import Code, IFunction, Runtime
from aws_cdk.aws_lambda import Function as LambdaFunction

from augury.routes import ROUTES, Function
from infra.flags import FEATURE_FLAGS
from infra.http_front import HttpFront
from infra.sizes import Domain
from infra.stages import DEV

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b2c"
DOMAIN = Domain(name="api.example.com", certificate_arn=CERTIFICATE)


def front_of(outdir: Path, domain: Domain | None) -> dict[str, Any]:
    app = App(outdir=str(outdir), context=FEATURE_FLAGS, analytics_reporting=False)
    stack = Stack(app, "Stack")
    code = Code.from_inline("handler = print")
    function: IFunction = LambdaFunction(stack, "F", code=code, handler="index.handler", runtime=Runtime.PYTHON_3_13)
    front = HttpFront(
        stack,
        "Front",
        config=replace(DEV, domain=domain),
        routes=ROUTES,
        functions=dict.fromkeys(Function, function),
    )
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return {body["Type"]: body["Properties"] for body in found.values()} | {"url": stack.resolve(front.url)}


def test_a_named_api_answers_at_its_name_only_over_tls_1_2(tmp_path: Path) -> None:
    front = front_of(tmp_path, DOMAIN)
    (configuration,) = front["AWS::ApiGatewayV2::DomainName"]["DomainNameConfigurations"]

    assert configuration["CertificateArn"] == CERTIFICATE
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    assert front["AWS::ApiGatewayV2::ApiMapping"]["Stage"] == "$default"
    assert front["AWS::ApiGatewayV2::Api"]["DisableExecuteApiEndpoint"] is True


def test_a_named_api_may_keep_its_first_address(tmp_path: Path) -> None:
    front = front_of(tmp_path, replace(DOMAIN, only=False))

    assert "DisableExecuteApiEndpoint" not in front["AWS::ApiGatewayV2::Api"]
    assert "AWS::ApiGatewayV2::DomainName" in front


def test_without_a_name_the_api_answers_where_api_gateway_says(tmp_path: Path) -> None:
    front = front_of(tmp_path, None)

    assert "AWS::ApiGatewayV2::DomainName" not in front
    assert "Fn::GetAtt" in front["url"]


@pytest.mark.parametrize(
    ("name", "certificate", "said"),
    [("https://api.example.com", CERTIFICATE, "domain: name has 'https://"),
     ("api", CERTIFICATE, "domain: name has 'api'"),
     ("api.example.com", "arn:aws:iam::1:server-certificate/x", "certificate_arn has 'arn:aws:iam")],
)  # fmt: skip
def test_what_is_no_name_or_no_certificate_is_refused(name: str, certificate: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Domain(name=name, certificate_arn=certificate)
