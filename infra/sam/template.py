"""A template of the functions and their HTTP API alone, in one stack, for an AWS that is on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import App, CfnResource, Stack
from aws_cdk.aws_lambda import Function as LambdaFunction
from constructs import Construct

from augury.routes import ROUTES, Function
from infra.bundling import Bundle, build_bundle
from infra.flags import FEATURE_FLAGS
from infra.functions import ImageFunction, ZipFunction
from infra.http_front import HttpFront
from infra.sizes import FunctionSize
from infra.stages import DEV

STACK = "Augury-sam"
"""Name of the stack."""

PREDICT = "Predict"
"""Name of the function that is an image."""

_DOCKERFILE = "containers/predictor/Dockerfile"
_TARGET = "sam"
_SIZES: Mapping[Function, FunctionSize] = {
    Function.TOKEN: DEV.token,
    Function.INGEST: DEV.ingest,
    Function.FEEDBACK: DEV.feedback,
    Function.PREDICT: DEV.predict,
}

# The CDK's own command sets it: SAM finds code by where the template says it was.
_ASSET_PATHS = {"aws:cdk:enable-asset-metadata": True}


class SamStack(Stack):
    """Every function of the route table behind an HTTP API.

    Parameters
    ----------
    root : Path
        The checkout.
    bundle : Bundle
        Code of the zip functions.
    variables : mapping of str to str
        The functions' environment. SAM gives a function only variables that its template declares.
    base : str, optional
        Base image of the predict function's; the Dockerfile's own unless given.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        root: Path,
        bundle: Bundle,
        variables: Mapping[str, str],
        base: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        functions: dict[Function, LambdaFunction] = {
            function: ZipFunction(
                self,
                function.value.title(),
                bundle=bundle,
                handler=function.handler,
                config=DEV,
                size=_SIZES[function],
                settings={},
            )
            for function in Function
            if function is not Function.PREDICT
        }
        functions[Function.PREDICT] = self._predict(root, base)
        for function in functions.values():
            for name, value in variables.items():
                function.add_environment(name, value)
        HttpFront(self, "Front", config=DEV, routes=ROUTES, functions=functions)

    def _predict(self, root: Path, base: str | None) -> LambdaFunction:
        function = ImageFunction(
            self,
            PREDICT,
            root=root,
            dockerfile=_DOCKERFILE,
            target=_TARGET,
            config=DEV,
            size=_SIZES[Function.PREDICT],
            settings={},
        )
        resource = function.node.default_child
        assert isinstance(resource, CfnResource)
        resource.override_logical_id(PREDICT)  # by which `sam build` knows it
        # SAM does not read the CDK's own name for it, and would build the heavy image too.
        resource.add_metadata("DockerBuildTarget", _TARGET)
        if base is not None:
            resource.add_metadata("aws:asset:docker-build-args", {"BASE_IMAGE": base})
        return function


def write_template(outdir: Path, *, root: Path, variables: Mapping[str, str], base: str | None = None) -> Path:
    """Write the template and return where it is.

    Parameters
    ----------
    outdir : Path
        Directory for the cloud assembly.
    root : Path
        The checkout.
    variables, base
        See :class:`SamStack`.
    """
    app = App(outdir=str(outdir), context={**FEATURE_FLAGS, **_ASSET_PATHS}, analytics_reporting=False)
    SamStack(app, STACK, root=root, bundle=build_bundle(root), variables=variables, base=base)
    app.synth()
    return outdir / f"{STACK}.template.json"
