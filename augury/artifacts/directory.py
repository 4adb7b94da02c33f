"""Artifact directories: written whole or not at all, and checked whole before anything in them is used."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import ValidationError

from augury.artifacts.layout import MANIFEST_FILE, SIGNATURE_FILE
from augury.artifacts.manifest import FORMAT, Manifest, digest, digests
from augury.artifacts.refusal import ArtifactRefused
from augury.artifacts.signing import Signer
from augury.artifacts.trust import Trust

MAX_SIGNATURE_BYTES = 128
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_ARTIFACT_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Artifact:
    """A checked artifact, in memory: what was checked is what is used.

    Parameters
    ----------
    manifest : Manifest
        What the artifact says about itself.
    manifest_sha256 : str
        SHA-256 of the manifest's bytes, in hexadecimal.
    files : mapping of str to bytes
        Every other file that was read, by name.
    signature : bytes, optional
        The manifest's signature; None where there is none and unsigned artifacts are allowed.
    """

    manifest: Manifest
    manifest_sha256: str
    files: Mapping[str, bytes]
    signature: bytes | None = None


def save(directory: Path, manifest: Manifest, files: Mapping[str, bytes], signer: Signer | None = None) -> str:
    """Write an artifact; the directory appears whole or not at all.

    Parameters
    ----------
    directory : Path
        Directory to make. Its parents are made where they are missing.
    manifest : Manifest
        Its ``files`` are the :func:`digests` of the files.
    files : mapping of str to bytes
        Files by name, without the manifest.
    signer : Signer, optional
        Signs the manifest; without one the artifact is unsigned, and is used only where that is allowed.

    Returns
    -------
    str
        SHA-256 of the manifest's bytes, in hexadecimal.

    Raises
    ------
    ValueError
        The manifest's digests are not those of the files.
    FileExistsError
        The directory is there: an artifact is never changed.
    """
    if manifest.files != digests(files):
        raise ValueError("the manifest's digests are not those of the files")
    body = manifest.dump()
    signature = None if signer is None else signer.sign(body)
    with arriving(directory) as partial:
        write_files(partial, body, signature, files)
    return digest(body)


def load(directory: Path, trust: Trust, manifest_sha256: str | None = None, *, for_serving: bool = False) -> Artifact:
    """Read an artifact and check it; nothing is parsed before the manifest's signature is found right.

    Parameters
    ----------
    directory : Path
        Artifact directory.
    trust : Trust
        Whose signature it needs.
    manifest_sha256 : str, optional
        SHA-256 that the manifest must have, in hexadecimal.
    for_serving : bool, default False
        Read only the files that its lane needs. The others are neither read nor asked for.

    Raises
    ------
    ArtifactRefused
        The manifest is unsigned or signed by nobody trusted, has another digest, cannot be read, is of another format
        version or lists a name that is none; a file is missing, is one too many, is no regular file or has another
        digest; or all files together are too large.
    AwsUnavailable
        KMS did not answer for a trusted key that it holds.
    """
    body = _read_regular(directory, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    signature = _read_signature(directory)
    manifest = checked_manifest(body, signature, trust, manifest_sha256)
    listed = manifest.files.keys() | {MANIFEST_FILE, SIGNATURE_FILE}
    unexpected = sorted({entry.name for entry in directory.iterdir()} - listed)
    if unexpected:
        raise ArtifactRefused(unexpected[0], "is not listed in the manifest")
    left, files = MAX_ARTIFACT_BYTES, {}
    for name in manifest.served_files if for_serving else manifest.files:
        files[name] = checked(name, _read_regular(directory, name, left), manifest.files[name])
        left -= len(files[name])
    return Artifact(manifest, digest(body), files, signature)


def checked_manifest(body: bytes, signature: bytes | None, trust: Trust, sha256: str | None = None) -> Manifest:
    """Read a manifest's bytes, once they are the registered ones and somebody trusted signed them."""
    if sha256 is not None:
        checked(MANIFEST_FILE, body, sha256)
    trust.check(body, signature)
    return parse_manifest(body)


def parse_manifest(body: bytes) -> Manifest:
    """Read a manifest's bytes, once their format version is found right."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ArtifactRefused(MANIFEST_FILE, "is no JSON") from None
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT or isinstance(version, bool):
        raise ArtifactRefused(MANIFEST_FILE, f"has format {version!r}; this version reads format {FORMAT}")
    try:
        return Manifest.model_validate_json(body)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise ArtifactRefused(MANIFEST_FILE, f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}") from None


def checked(name: str, body: bytes, expected: str) -> bytes:
    """Return a file's bytes if they have the expected digest."""
    if digest(body) != expected:
        raise ArtifactRefused(name, "has another SHA-256 than it should")
    return body


def write_files(directory: Path, manifest: bytes, signature: bytes | None, files: Mapping[str, bytes]) -> None:
    """Write an artifact's files into a directory that is there."""
    for name, content in files.items():
        (directory / name).write_bytes(content)
    if signature is not None:
        (directory / SIGNATURE_FILE).write_bytes(signature)
    (directory / MANIFEST_FILE).write_bytes(manifest)


@contextmanager
def arriving(directory: Path) -> Iterator[Path]:
    """Give a directory to write into, and rename it to its name when all is written."""
    if directory.exists():
        raise FileExistsError(f"{directory} is already there, and an artifact is never changed")
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = directory.with_name(f".{directory.name}.{secrets.token_hex(8)}.partial")
    partial.mkdir()
    try:
        yield partial
        partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _read_signature(directory: Path) -> bytes | None:
    if not (directory / SIGNATURE_FILE).is_symlink() and not (directory / SIGNATURE_FILE).exists():
        return None
    return _read_regular(directory, SIGNATURE_FILE, MAX_SIGNATURE_BYTES)


def _read_regular(directory: Path, name: str, limit: int) -> bytes:
    """Read a file that is one: a link could lead out of the directory, and a pipe would never end."""
    try:
        with open(directory / name, "rb", opener=_open_unfollowed) as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            body = file.read(limit + 1) if regular else b""
    except FileNotFoundError:
        raise ArtifactRefused(name, "is missing") from None
    except OSError as error:
        raise ArtifactRefused(name, _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}")) from None
    if not regular:
        raise ArtifactRefused(name, "is no regular file")
    if len(body) > limit:
        raise ArtifactRefused(name, "makes the artifact too large")
    return body


_REASONS = {errno.ELOOP: "is a symbolic link", errno.EISDIR: "is no regular file"}


def _open_unfollowed(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
