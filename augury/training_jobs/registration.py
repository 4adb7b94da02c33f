"""From what a training job published to a registered version; nothing that the job says of itself is believed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from augury import artifacts
from augury.aws import NotFound, ObjectStore
from augury.lake import model_prefix
from augury.names import ClientName, PipelineName, Version
from augury.registry import Registry


@dataclass(frozen=True, slots=True)
class Registered:
    """A version that answers.

    Parameters
    ----------
    version : Version
        The version.
    revision : int
        Revision of the pipeline's deployment.
    """

    version: Version
    revision: int


def register_trained(
    client: ClientName,
    pipeline: PipelineName,
    version: Version,
    *,
    store: ObjectStore,
    registry: Registry,
    trust: artifacts.Trust,
    by: str,
) -> Registered:
    """Let a published artifact answer, once its signature, its files and its names are found right.

    Doing it again changes nothing.

    Parameters
    ----------
    client, pipeline, version : ClientName, PipelineName, Version
        What the job was to make: an artifact under this prefix that names anything else is refused.
    store : ObjectStore
        The data bucket.
    registry : Registry
        The stage's registry.
    trust : Trust
        Whose signature the stage's functions ask for.
    by : str
        Who registers it.

    Raises
    ------
    ArtifactRefused
        There is none, or it is broken, unsigned, signed by nobody trusted or another's.
    VersionExists
        Another artifact is registered by that label.
    """
    manifest, digest = _checked(store, model_prefix(client, pipeline, version), trust)
    if (manifest.client, manifest.pipeline, manifest.version) != (client, pipeline, version):
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, "it names another client, pipeline or version")
    known = registry.version(client, pipeline, version)
    if known is not None and known.manifest_sha256 == digest:
        current = registry.deployment(client, pipeline)
        if current is not None:
            return Registered(version, current.revision)
    deployment = registry.register(
        client,
        pipeline,
        version,
        manifest_sha256=digest,
        metrics=manifest.metrics,
        lane=manifest.lane,
        kind=manifest.kind,
        by=by,
    )
    return Registered(version, deployment.revision)


def _checked(store: ObjectStore, prefix: str, trust: artifacts.Trust) -> tuple[artifacts.Manifest, str]:
    """Return the manifest and its digest, once every file has been read and found to be the one that it names."""
    try:
        digest = artifacts.digest(store.get(prefix + artifacts.MANIFEST_FILE))
    except NotFound:
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, f"is missing under {prefix}") from None
    with TemporaryDirectory(prefix="augury-") as scratch:
        return artifacts.fetch(store, prefix, Path(scratch) / "artifact", digest, trust).manifest, digest
