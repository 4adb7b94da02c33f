"""From an artifact's directory to a registered version that answers its client's calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from augury import artifacts
from augury.aws import ObjectStore
from augury.lake import model_prefix
from augury.names import ClientName, PipelineName, Version
from augury.registry import PipelineDeployment, PipelineVersion, Registry


def register(
    directory: Path,
    client: ClientName,
    *,
    store: ObjectStore,
    registry: Registry,
    trust: artifacts.Trust,
    by: str | None = None,
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
    by : str, optional
        Who registers it.

    Raises
    ------
    ArtifactRefused
        The artifact is broken, is unsigned or signed by nobody trusted, was made for another client, or another one
        has its version.
    VersionExists
        The version is registered already.
    """
    published = _publish(directory, client, store, trust)
    return registry.register(client, published.pipeline, published.version, by=by, **published.measured)


def add_version(
    directory: Path, client: ClientName, *, store: ObjectStore, registry: Registry, trust: artifacts.Trust
) -> PipelineVersion:
    """Do as :func:`register` does, but let the version answer nothing until it is promoted.

    Raises
    ------
    ArtifactRefused, VersionExists
        As in :func:`register`.
    """
    published = _publish(directory, client, store, trust)
    return registry.add_version(client, published.pipeline, published.version, **published.measured)


class _Measured(TypedDict):
    manifest_sha256: str
    metrics: Mapping[str, float]
    lane: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Published:
    pipeline: PipelineName
    version: Version
    measured: _Measured


def _publish(directory: Path, client: ClientName, store: ObjectStore, trust: artifacts.Trust) -> _Published:
    manifest = artifacts.load(directory, trust).manifest
    if manifest.client != client:
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, f"it was made for client {manifest.client!r}")
    prefix = model_prefix(client, manifest.pipeline, manifest.version)
    measured = _Measured(
        manifest_sha256=artifacts.publish(directory, store, prefix, trust),
        metrics=manifest.metrics,
        lane=manifest.lane,
        kind=manifest.kind,
    )
    return _Published(manifest.pipeline, manifest.version, measured)
