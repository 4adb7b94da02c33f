"""Artifacts between a directory and the object store."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path

from augury.artifacts.directory import (
    MAX_ARTIFACT_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_SIGNATURE_BYTES,
    Artifact,
    arriving,
    checked,
    checked_manifest,
    load,
    write_files,
)
from augury.artifacts.layout import MANIFEST_FILE, SIGNATURE_FILE
from augury.artifacts.manifest import Manifest, digest
from augury.artifacts.refusal import ArtifactRefused
from augury.artifacts.trust import Trust
from augury.aws import NotFound, ObjectStore
from augury.aws.errors import translated


def publish(directory: Path, store: ObjectStore, prefix: str, trust: Trust) -> str:
    """Copy a checked artifact into the store, its manifest last. Doing it again changes nothing.

    Parameters
    ----------
    directory : Path
        Artifact directory.
    store : ObjectStore
        Where to.
    prefix : str
        Start of the keys, up to and with the last slash.
    trust : Trust
        Whose signature it needs.

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
    artifact = load(directory, trust)
    manifest = (directory / MANIFEST_FILE).read_bytes()
    checked(MANIFEST_FILE, manifest, artifact.manifest_sha256)
    published = _published_digest(store, prefix)
    if published not in (None, artifact.manifest_sha256):
        raise ArtifactRefused(MANIFEST_FILE, f"another artifact was published under {prefix}")
    for name, body in artifact.files.items():
        store.put(prefix + name, body)
    if artifact.signature is not None:
        store.put(prefix + SIGNATURE_FILE, artifact.signature)
    store.put(prefix + MANIFEST_FILE, manifest, "application/json")
    return artifact.manifest_sha256


def fetch(
    store: ObjectStore,
    prefix: str,
    directory: Path,
    manifest_sha256: str,
    trust: Trust,
    *,
    for_serving: bool = False,
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
    trust : Trust
        Whose signature it needs.
    for_serving : bool, default False
        Fetch only the files that its lane needs.
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
        return load(directory, trust, manifest_sha256, for_serving=for_serving)
    body = _download(store, prefix, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    signature = _download_signature(store, prefix)
    manifest = checked_manifest(body, signature, trust, manifest_sha256)
    left, files = max_bytes, {}
    for name in manifest.served_files if for_serving else manifest.files:
        files[name] = checked(name, _download(store, prefix, name, left), manifest.files[name])
        left -= len(files[name])
    _keep(directory, body, signature, files)
    return Artifact(manifest, digest(body), files, signature)


def fetch_manifest(store: ObjectStore, prefix: str, manifest_sha256: str, trust: Trust) -> Manifest:
    """Return the manifest of a published artifact, without its files.

    Raises
    ------
    ArtifactRefused
        What is stored is not what the registry vouches for.
    AwsUnavailable
        The store did not answer.
    """
    body = _download(store, prefix, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    return checked_manifest(body, _download_signature(store, prefix), trust, manifest_sha256)


def _keep(directory: Path, manifest: bytes, signature: bytes | None, files: Mapping[str, bytes]) -> None:
    try:
        with arriving(directory) as partial:
            write_files(partial, manifest, signature, files)
    except FileExistsError:
        return  # another process was first
    except OSError as error:
        if error.errno != errno.ENOTEMPTY:  # as rename(2) says that another was first
            raise


def _published_digest(store: ObjectStore, prefix: str) -> str | None:
    key = prefix + MANIFEST_FILE
    # To read it at once would not do: of what is not there S3 says "forbidden" to those who may list one prefix only.
    if not any(found.key == key for found in store.list(key)):
        return None
    return digest(store.get(key))


def _download_signature(store: ObjectStore, prefix: str) -> bytes | None:
    try:
        return _read_object(store, prefix, SIGNATURE_FILE, MAX_SIGNATURE_BYTES)
    except NotFound:
        return None


def _download(store: ObjectStore, prefix: str, name: str, limit: int) -> bytes:
    try:
        return _read_object(store, prefix, name, limit)
    except NotFound:
        raise ArtifactRefused(name, f"is missing under {prefix}") from None


def _read_object(store: ObjectStore, prefix: str, name: str, limit: int) -> bytes:
    with translated(f"read {prefix}{name}", absent=NotFound), store.open(prefix + name) as stream:
        body = stream.read(limit + 1)
    if len(body) > limit:
        raise ArtifactRefused(name, "makes the artifact too large")
    return body
