"""What every Lambda function of Augury has: a role that may do nothing else, a log group, a trace and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Size
from aws_cdk.aws_ecr_assets import Platform
from aws_cdk.aws_iam import Role, ServicePrincipal
from aws_cdk.aws_lambda import (
    Architecture,
    Code,
    DockerImageCode,
    DockerImageFunction,
    Function,
    LoggingFormat,
    Runtime,
    SnapStartConf,
    Tracing,
)
from aws_cdk.aws_logs import LogGroup
from constructs import Construct

from augury.config import ENVIRONMENT_PREFIX, FunctionSettings
from infra.acknowledgements import acknowledge
from infra.bundling import Bundle
from infra.network import Network
from infra.sizes import FunctionSize
from infra.stages import StageConfig


class ZipFunction(Function):
    """A function made from the bundle that all zip functions share.

    Parameters
    ----------
    bundle : Bundle
        Code and wheels.
    handler : str
        Dotted name of the handler inside the bundle.
    config : StageConfig
        The stage it runs in.
    size : FunctionSize
        Its memory, time and disk.
    settings : mapping
        Values of :class:`augury.config.FunctionSettings`, by field.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bundle: Bundle,
        handler: str,
        config: StageConfig,
        size: FunctionSize,
        settings: Mapping[str, str],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            code=Code.from_asset(str(bundle.directory), asset_hash=bundle.digest),
            handler=handler,
            runtime=Runtime.PYTHON_3_13,
            **_common(scope, construct_id, config=config, size=size, settings=settings),
        )
        acknowledge(self, "L1", "Python 3.13 is the version of every part: Glue 6.0 has no other")


class ImageFunction(DockerImageFunction):
    """A function made from a container image. Synthesis only stages its files: building needs Docker, at deployment.

    Parameters
    ----------
    root : Path
        Build context; its ``.dockerignore`` says what of it counts.
    dockerfile : str
        Path of the Dockerfile below the context.
    target : str, optional
        Stage of the Dockerfile; the last one unless given.
    command : str, optional
        Dotted name of the handler; the image's own unless given.
    snap_start : SnapStartConf, optional
        Whether published versions start from a snapshot.
    network : Network, optional
        Where it runs; in none of ours unless given.
    config, size, settings
        As in :class:`ZipFunction`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        root: Path,
        dockerfile: str,
        target: str | None = None,
        command: str | None = None,
        snap_start: SnapStartConf | None = None,
        network: Network | None = None,
        config: StageConfig,
        size: FunctionSize,
        settings: Mapping[str, str],
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            code=DockerImageCode.from_image_asset(
                str(root),
                file=dockerfile,
                target=target,
                cmd=[command] if command else None,
                platform=Platform.LINUX_AMD64,
            ),
            snap_start=snap_start,
            **({} if network is None else network.of_function),
            **_common(scope, construct_id, config=config, size=size, settings=settings),
        )
        if network is not None:
            assert self.role is not None
            network.grant_joining(self.role)


def environment(service: str, stage: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Return a function's environment variables.

    Raises
    ------
    ValueError
        A function would never read one of the settings.

    Examples
    --------
    >>> environment("split", "dev", {"bucket": "lake"})
    {'AUGURY_STAGE': 'dev', 'AUGURY_BUCKET': 'lake', 'POWERTOOLS_SERVICE_NAME': 'augury-split'}
    """
    unknown = settings.keys() - FunctionSettings.model_fields.keys()
    if unknown:
        raise ValueError(f"FunctionSettings has no {', '.join(sorted(unknown))}")
    variables = {f"{ENVIRONMENT_PREFIX}{name.upper()}": value for name, value in {"stage": stage, **settings}.items()}
    return variables | {"POWERTOOLS_SERVICE_NAME": f"augury-{service}"}


def _common(
    scope: Construct, construct_id: str, *, config: StageConfig, size: FunctionSize, settings: Mapping[str, str]
) -> dict[str, Any]:
    log_group = LogGroup(
        scope, f"{construct_id}Logs", retention=config.log_retention, removal_policy=config.removal_policy
    )
    # A role of our own: the one that the CDK makes may write to every log group of the account.
    role = Role(scope, f"{construct_id}Role", assumed_by=ServicePrincipal("lambda.amazonaws.com"))
    log_group.grant_write(role)
    acknowledge(role, "IAM5[Resource::*]", "X-Ray has no resources to name")
    return {
        "role": role,
        "log_group": log_group,
        "logging_format": LoggingFormat.JSON,
        "architecture": Architecture.X86_64,
        "memory_size": size.memory_mb,
        "ephemeral_storage_size": Size.mebibytes(size.storage_mib),
        "timeout": Duration.seconds(size.timeout_s),
        "reserved_concurrent_executions": size.reserved_concurrency,
        "tracing": Tracing.ACTIVE,
        "environment": environment(construct_id.lower(), config.name, settings),
    }
