"""Artifacts between a directory and the object store."""

from __future__ import annotations

from pathlib import Path

from augury.artifacts.directory import (
    MAX_ARTIFACT_BYTES,
    MAX_MANIFEST_BYTES,
    Artifact,
    ArtifactRefused,
    arriving,
    checked,
    load,
    parse_manifest,
)
from augury.artifacts.layout import MANIFEST_FILE
from augury.artifacts.manifest import digest
from augury.aws import NotFound, ObjectStore
from augury.aws.errors import translated


def publish(directory: Path, store: ObjectStore, prefix: str) -> str:
    """Copy a checked artifact into the store, its manifest last. Doing it again changes nothing.

    Parameters
    ----------
    directory : Path
        Artifact directory.
    store : ObjectStore
        Where to.
    prefix : str
        Start of the keys, up to and with the last slash.

    Returns
    -------
    str
        SHA-256 of the manifest's bytes, in hexadecimal, for the registry.

    Raises
    ------
    ArtifactRefused
        The artifact is broken, or another one was published under the prefix.
    AwsUnavailable
        The store did not take a file.
    """
    artifact = load(directory)
    manifest = (directory / MANIFEST_FILE).read_bytes()
    checked(MANIFEST_FILE, manifest, artifact.manifest_sha256)
    published = _published_digest(store, prefix)
    if published not in (None, artifact.manifest_sha256):
        raise ArtifactRefused(MANIFEST_FILE, f"another artifact was published under {prefix}")
    for name, body in artifact.files.items():
        store.put(prefix + name, body)
    store.put(prefix + MANIFEST_FILE, manifest, "application/json")
    return artifact.manifest_sha256


def fetch(
    store: ObjectStore,
    prefix: str,
    directory: Path,
    manifest_sha256: str,
    max_bytes: int = MAX_ARTIFACT_BYTES,
) -> Artifact:
    """Copy an artifact out of the store and check it; the directory appears whole or not at all.

    A directory that is there already is checked and used, so that two processes may fetch at once.

    Parameters
    ----------
    store : ObjectStore
        Where from.
    prefix : str
        Start of the keys, up to and with the last slash.
    directory : Path
        Directory to make.
    manifest_sha256 : str
        SHA-256 that the manifest must have, in hexadecimal, as the registry has it.
    max_bytes : int, default 256 MiB
        Greatest size of all files together.

    Raises
    ------
    ArtifactRefused
        What is stored is not what the registry vouches for, or is too large.
    AwsUnavailable
        The store did not answer.
    """
    if directory.exists():
        return load(directory, manifest_sha256)
    body = _download(store, prefix, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    manifest = parse_manifest(body, manifest_sha256)
    try:
        with arriving(directory) as partial:
            left = max_bytes
            for name, expected in manifest.files.items():
                content = checked(name, _download(store, prefix, name, left), expected)
                (partial / name).write_bytes(content)
                left -= len(content)
            (partial / MANIFEST_FILE).write_bytes(body)
    except OSError:
        if not directory.exists():
            raise
    return load(directory, manifest_sha256)


def _published_digest(store: ObjectStore, prefix: str) -> str | None:
    try:
        return digest(store.get(prefix + MANIFEST_FILE))
    except NotFound:
        return None


def _download(store: ObjectStore, prefix: str, name: str, limit: int) -> bytes:
    try:
        with translated(f"read {prefix}{name}"), store.open(prefix + name) as stream:
            body = stream.read(limit + 1)
    except NotFound:
        raise ArtifactRefused(name, f"is missing under {prefix}") from None
    if len(body) > limit:
        raise ArtifactRefused(name, "makes the artifact too large")
    return body
