"""Loaded models, as many as fit; a cold one is fetched, verified and loaded without holding up the others."""

from __future__ import annotations

import shutil
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from augury import artifacts
from augury.aws import AwsUnavailable, NotFound, ObjectStore
from augury.errors import AuguryError, Detail, Kind
from augury.lake import model_prefix
from augury.names import ClientName
from augury.plans import InvalidPlan
from augury.registry import PipelineVersion
from augury.serving.models import Lane, Model, NoSuchLane, load_model
from augury.serving.plan_lane import PLAN_LANE

type _Key = tuple[ClientName, PipelineVersion]


class ModelCache:
    """Models of all clients that answered lately.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    directory : Path
        Where artifacts are fetched to; it is made where it is missing.
    limit_bytes : int
        Size of the models that are kept, in memory and as files; those used longest ago give way.
    trust : Trust
        Whose signature an artifact needs.
    lanes : mapping of str to Lane, optional
        How artifacts of each lane are loaded; the plan lane alone unless given.
    """

    def __init__(
        self,
        store: ObjectStore,
        directory: Path,
        limit_bytes: int,
        trust: artifacts.Trust,
        lanes: Mapping[str, Lane] = PLAN_LANE,
    ) -> None:
        self._store = store
        self._directory = directory
        self._limit_bytes = limit_bytes
        self._trust = trust
        self._lanes = lanes
        self._models: OrderedDict[_Key, Model] = OrderedDict()
        self._lock = Lock()
        self._loading: defaultdict[_Key, Lock] = defaultdict(Lock)

    def get(self, client: ClientName, version: PipelineVersion) -> Model:
        """Return a model, from memory where it is there.

        Raises
        ------
        AuguryError
            503: its artifact is missing, broken or of another pipeline, or S3 does not answer.
        """
        key = (client, version)
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
            loading = self._loading[key]
        try:
            with loading:
                known = self._models.get(key)
                return known if known is not None else self._keep(key, self._load(client, version))
        finally:
            with self._lock:
                self._loading.pop(key, None)

    def _load(self, client: ClientName, version: PipelineVersion) -> Model:
        try:
            artifact = self._fetch(client, version)
            _check_identity(artifact.manifest, client, version)
            return load_model(artifact, self._lanes)
        except (AwsUnavailable, OSError) as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure
        except NoSuchLane as absent:
            raise _broken(
                version, f"is served by the {absent.lane} lane, which this function does not have"
            ) from absent
        except (NotFound, artifacts.ArtifactRefused, InvalidPlan) as broken:
            raise _broken(version, "has an artifact that is missing or was refused") from broken

    def _fetch(self, client: ClientName, version: PipelineVersion) -> artifacts.Artifact:
        """Return the artifact from the local copy, or from the store where there is none or it was damaged."""
        directory = self._files(client, version)
        prefix = model_prefix(client, version.pipeline, version.version)
        if directory.exists():
            try:
                return artifacts.load(directory, self._trust, version.manifest_sha256, for_serving=True)
            except artifacts.ArtifactRefused:
                shutil.rmtree(directory, ignore_errors=True)
        return artifacts.fetch(self._store, prefix, directory, version.manifest_sha256, self._trust, for_serving=True)

    def _keep(self, key: _Key, model: Model) -> Model:
        with self._lock:
            self._models[key] = model
            while len(self._models) > 1 and sum(kept.size_bytes for kept in self._models.values()) > self._limit_bytes:
                (client, version), _ = self._models.popitem(last=False)
                shutil.rmtree(self._files(client, version), ignore_errors=True)
        return model

    def _files(self, client: ClientName, version: PipelineVersion) -> Path:
        return self._directory / client / version.pipeline / f"{version.version}-{version.manifest_sha256[:16]}"


def _broken(version: PipelineVersion, reason: str) -> AuguryError:
    return AuguryError(
        Kind.PIPELINE_BROKEN, [Detail(("pipeline", version.pipeline), f"version {version.version!r} {reason}")]
    )


def _check_identity(manifest: artifacts.Manifest, client: ClientName, version: PipelineVersion) -> None:
    """Refuse an artifact that was made for another client, pipeline or version than the registry's row is for."""
    if (manifest.client, manifest.pipeline, manifest.version) != (client, version.pipeline, version.version):
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, "it names another client, pipeline or version")
