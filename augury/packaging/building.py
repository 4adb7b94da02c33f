"""Packaging, carried out."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

from augury.artifacts import Trust, fetch
from augury.aws import ObjectStore
from augury.lake import model_prefix
from augury.packaging.docker import Docker
from augury.packaging.plan import PackagePlan
from augury.registry import PipelineVersion

type Say = Callable[[str], None]
"""Told what is being done, and what Docker prints of it."""

_PLACE = "/opt/augury/pipeline"
_HANDLER = "functions.predict.microservice_handler.handler"


def package(
    plan: PackagePlan, version: PipelineVersion, *, store: ObjectStore, trust: Trust, docker: Docker, say: Say
) -> str:
    """Build a pipeline's image and return its id.

    Parameters
    ----------
    plan : PackagePlan
        What to build.
    version : PipelineVersion
        What the registry says of the version.
    store : ObjectStore
        The deployment's data bucket, where the artifact is.
    trust : Trust
        Whose signature it needs, now and whenever the image starts.
    docker : Docker
        The engine.
    say : callable
        Told what is being done.

    Raises
    ------
    ArtifactRefused
        The artifact is not what the registry vouches for.
    AwsUnavailable
        The store did not answer.
    DockerFailed
        An image was not built.
    """
    if plan.predictor.build:
        say(f"building {plan.predictor.image}")
        docker.run(plan.predictor.build, say)
    with tempfile.TemporaryDirectory(prefix="augury-package-") as scratch:
        context = Path(scratch)
        manifest = plan.manifest
        prefix = model_prefix(manifest.client, manifest.pipeline, manifest.version)
        artifact = fetch(store, prefix, context / "pipeline", version.manifest_sha256, trust, for_serving=True)
        _let_everybody_read(context / "pipeline")
        (context / "Dockerfile").write_text(dockerfile(plan, trust, is_signed=artifact.signature is not None))
        say(f"building {plan.tag}")
        docker.run((*plan.build, scratch), say)
    return docker.digest(plan.tag)


def _let_everybody_read(directory: Path) -> None:
    """Give a directory and its files the modes that a user of any number can read them with."""
    directory.chmod(0o755)
    for path in directory.iterdir():
        path.chmod(0o644)


def dockerfile(plan: PackagePlan, trust: Trust, *, is_signed: bool) -> str:
    """Return the Dockerfile that puts a pipeline, beside it as ``pipeline/``, into the predictor's image.

    Parameters
    ----------
    plan : PackagePlan
        What is built.
    trust : Trust
        Whose signature the artifact needs. Its keys go into the image, which asks nobody for them.
    is_signed : bool
        Whether the artifact has a signature.
    """
    manifest = plan.manifest
    variables = {
        "AUGURY_SERVER": "microservice",
        "AUGURY_BAKED_PIPELINE": _PLACE,
        "AUGURY_ALLOW_UNSIGNED_ARTIFACTS": str(not is_signed).lower(),
        "AUGURY_TRUSTED_ARTIFACT_KEYS": " ".join(trust.public_keys()) if is_signed else "",
    }
    labels = {
        "augury.client": manifest.client,
        "augury.pipeline": manifest.pipeline,
        "augury.version": manifest.version,
    }
    return "\n".join(
        [
            f"FROM {plan.predictor.image}",
            f"COPY --chown=0:0 pipeline {_PLACE}/",
            *(f"ENV {name}={shlex.quote(value)}" for name, value in variables.items()),
            *(f"LABEL {name}={shlex.quote(value)}" for name, value in labels.items()),
            "EXPOSE 5000",
            f'CMD ["{_HANDLER}"]',
            "",
        ]
    )
