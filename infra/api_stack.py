"""The way in: tokens, and the HTTP API in front of every function."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from aws_cdk.aws_lambda import IFunction
from constructs import Construct

from augury.routes import ROUTES, Function
from infra.bundling import Bundle
from infra.data_stack import DataStack
from infra.http_front import HttpFront
from infra.stages import StageConfig
from infra.token_service import TokenService


class ApiStack(Stack):
    """The HTTP API, above the stacks whose functions it calls; none of them knows it.

    Its output ``ApiUrl`` is read by the command line. ``DomainTarget`` is what DNS must point a name of
    its own at.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        bundle: Bundle,
        data: DataStack,
        ingest: IFunction,
        predict: IFunction,
        feedback: IFunction,
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: the HTTP API and its tokens")
        tokens = TokenService(
            self,
            "Tokens",
            config=config,
            bundle=bundle,
            records=data.records,
            signing_secret=data.signing_secret,
            pepper=data.pepper,
        )
        functions: dict[Function, IFunction] = {
            Function.TOKEN: tokens.token,
            Function.INGEST: ingest,
            Function.PREDICT: predict,
            Function.FEEDBACK: feedback,
        }
        front = HttpFront(self, "Front", config=config, routes=ROUTES, functions=functions)
        self.api = front.api
        self.tokens = tokens
        CfnOutput(self, "ApiUrl", value=front.url)
        if front.domain:
            CfnOutput(self, "DomainTarget", value=front.domain.regional_domain_name)
