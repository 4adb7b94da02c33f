"""From an artifact's directory to a registered version that answers its client's calls."""

from __future__ import annotations

from pathlib import Path

from augury import artifacts
from augury.aws import ObjectStore
from augury.lake import model_prefix
from augury.names import ClientName
from augury.registry import PipelineDeployment, Registry


def register(
    directory: Path, client: ClientName, *, store: ObjectStore, registry: Registry, trust: artifacts.Trust
) -> PipelineDeployment:
    """Check an artifact, publish its files, then record it: a version is never known before its files are there.

    Parameters
    ----------
    directory : Path
        Artifact directory.
    client : ClientName
        Whose pipeline it is to become.
    store : ObjectStore
        The data bucket.
    registry : Registry
        The deployment's registry.
    trust : Trust
        Whose signature the deployment's functions will ask for.

    Raises
    ------
    ArtifactRefused
        The artifact is broken, is unsigned or signed by nobody trusted, was made for another client, or another one
        has its version.
    VersionExists
        The version is registered already.
    """
    manifest = artifacts.load(directory, trust).manifest
    if manifest.client != client:
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, f"it was made for client {manifest.client!r}")
    prefix = model_prefix(client, manifest.pipeline, manifest.version)
    return registry.register(
        client,
        manifest.pipeline,
        manifest.version,
        manifest_sha256=artifacts.publish(directory, store, prefix, trust),
        metrics=manifest.metrics,
    )
