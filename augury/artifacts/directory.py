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

from augury.artifacts.layout import MANIFEST_FILE
from augury.artifacts.manifest import FORMAT, Manifest, digest, digests

MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_ARTIFACT_BYTES = 256 * 1024 * 1024


class ArtifactRefused(Exception):
    """An artifact that will not be used.

    Parameters
    ----------
    file : str
        Name of the offending file.
    reason : str
        What is wrong with it.
    """

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


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
        Every other file, by name.
    """

    manifest: Manifest
    manifest_sha256: str
    files: Mapping[str, bytes]


def save(directory: Path, manifest: Manifest, files: Mapping[str, bytes]) -> str:
    """Write an artifact; the directory appears whole or not at all.

    Parameters
    ----------
    directory : Path
        Directory to make. Its parents are made where they are missing.
    manifest : Manifest
        Its ``files`` are the :func:`digests` of the files.
    files : mapping of str to bytes
        Files by name, without the manifest.

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
    with arriving(directory) as partial:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        (partial / MANIFEST_FILE).write_bytes(body)
    return digest(body)


def load(directory: Path, manifest_sha256: str | None = None) -> Artifact:
    """Read an artifact and check all of it; nothing but the manifest is parsed.

    Parameters
    ----------
    directory : Path
        Artifact directory.
    manifest_sha256 : str, optional
        SHA-256 that the manifest must have, in hexadecimal.

    Raises
    ------
    ArtifactRefused
        A file is missing, is one too many, is no regular file or has another digest; the manifest cannot be read, is
        of another format version or lists a name that is none; or all files together are too large.
    """
    body = _read_regular(directory, MANIFEST_FILE, MAX_MANIFEST_BYTES)
    manifest = parse_manifest(body, manifest_sha256)
    unexpected = sorted({entry.name for entry in directory.iterdir()} - manifest.files.keys() - {MANIFEST_FILE})
    if unexpected:
        raise ArtifactRefused(unexpected[0], "is not listed in the manifest")
    left, files = MAX_ARTIFACT_BYTES, {}
    for name, expected in manifest.files.items():
        files[name] = checked(name, _read_regular(directory, name, left), expected)
        left -= len(files[name])
    return Artifact(manifest, digest(body), files)


def parse_manifest(body: bytes, sha256: str | None = None) -> Manifest:
    """Read a manifest's bytes, after their digest and their format version are found right."""
    if sha256 is not None:
        checked(MANIFEST_FILE, body, sha256)
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
