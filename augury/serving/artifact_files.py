"""Local copies of artifacts, as many as fit on the disk; those used longest ago give way."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from augury import artifacts
from augury.aws import ObjectStore
from augury.lake import model_prefix
from augury.names import ClientName
from augury.registry import PipelineVersion


class ArtifactFiles:
    """Artifacts on this machine, each checked whenever it is read.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    directory : Path
        Where artifacts are fetched to; it is made where it is missing. What an earlier process left there counts.
    limit_bytes : int
        Size of the files that are kept; the last artifact that was asked for stays, whatever its size.
    trust : Trust
        Whose signature an artifact needs.
    """

    def __init__(self, store: ObjectStore, directory: Path, limit_bytes: int, trust: artifacts.Trust) -> None:
        self._store = store
        self._directory = directory
        self._limit_bytes = limit_bytes
        self._trust = trust
        self._lock = Lock()
        left = sorted(directory.glob("*/*/*/"), key=_changed_at)
        self._sizes = OrderedDict((copy, _size_bytes(copy)) for copy in left)
        self._total_bytes = sum(self._sizes.values())

    def read(self, client: ClientName, version: PipelineVersion) -> artifacts.Artifact:
        """Return an artifact's files from the local copy, or from the store where there is none or it was damaged.

        Raises
        ------
        ArtifactRefused, NotFound
            What is stored is not what the registry vouches for.
        AwsUnavailable, OSError
            The store did not answer, or the disk did not take it.
        """
        copy = self._directory / client / version.pipeline / f"{version.version}-{version.manifest_sha256[:16]}"
        try:
            return self._checked(copy, client, version)
        finally:
            self._keep(copy)

    def _checked(self, copy: Path, client: ClientName, version: PipelineVersion) -> artifacts.Artifact:
        digest = version.manifest_sha256
        if copy.exists():
            try:
                return artifacts.load(copy, self._trust, digest, for_serving=True)
            except (artifacts.ArtifactRefused, FileNotFoundError):  # damaged, or it gives way at this moment
                shutil.rmtree(copy, ignore_errors=True)
        prefix = model_prefix(client, version.pipeline, version.version)
        return artifacts.fetch(self._store, prefix, copy, digest, self._trust, for_serving=True)

    def _keep(self, copy: Path) -> None:
        """Count a copy as the latest used, and remove those that no longer fit."""
        with self._lock:
            self._total_bytes -= self._sizes.pop(copy, 0)
            if copy.exists():
                self._sizes[copy] = _size_bytes(copy)
                self._total_bytes += self._sizes[copy]
            while len(self._sizes) > 1 and self._total_bytes > self._limit_bytes:
                oldest, size_bytes = self._sizes.popitem(last=False)
                self._total_bytes -= size_bytes
                shutil.rmtree(oldest, ignore_errors=True)


def _changed_at(copy: Path) -> float:
    try:
        return copy.stat().st_mtime
    except FileNotFoundError:  # another process lets it give way at this moment
        return 0.0


def _size_bytes(copy: Path) -> int:
    try:
        return sum(file.stat().st_size for file in copy.iterdir())
    except FileNotFoundError:  # it gives way at this moment
        return 0
