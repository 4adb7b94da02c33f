"""Loaded models, as many as fit; a cold one is fetched, verified and loaded without holding up the others."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from augury import artifacts
from augury.aws import AwsUnavailable, NotFound, ObjectStore
from augury.errors import AuguryError, Detail, Kind
from augury.lake import model_prefix
from augury.names import ClientName
from augury.plans import InvalidPlan
from augury.registry import PipelineVersion
from augury.serving.artifact_files import ArtifactFiles
from augury.serving.models import FarScorer, Lane, Model, NoSuchLane, Scorer, load_model
from augury.serving.plan_lane import PLAN_LANE
from augury.ttl_cache import TtlCache
from augury.waiting import before_waiting

BROKEN_S = 10.0
"""Seconds until an artifact that was refused is tried again."""

UNAVAILABLE_S = 1.0
"""Seconds until S3 is asked again for a model that it did not give."""

type _Key = tuple[ClientName, PipelineVersion]


@dataclass(slots=True)
class _Turn:
    """Whose turn it is to load a model; it is there as long as somebody is, so that all have the same lock."""

    lock: Lock = field(default_factory=Lock)
    callers: int = 0


@dataclass(slots=True)
class CacheCounts:
    """What a model cache did since it was made: calls that found a model loaded, loads, and models that gave way."""

    hits: int = 0
    loads: int = 0
    evictions: int = 0


class ModelCache:
    """Models of all clients that answered lately.

    A model that can't be loaded is not tried on every call: its failure is told until it is tried again.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    directory : Path
        Where artifacts are fetched to; it is made where it is missing.
    limit_bytes : int
        Memory for models, as :data:`augury.serving.models.MEMORY_PER_BYTE` estimates it; those used longest ago give
        way.
    trust : Trust
        Whose signature an artifact needs.
    lanes : mapping of str to Lane, optional
        How artifacts of each lane are loaded; the plan lane alone unless given.
    disk_limit_bytes : int, optional
        Size of the files that are kept; as ``limit_bytes`` unless given.
    far_lanes : mapping of str to Lane, optional
        Lanes of another process: of their artifacts nothing but the manifest is fetched.
    now : callable, optional
        Clock, seconds since 1970.
    on_loaded : callable, optional
        Called after each load.

    Attributes
    ----------
    counts : CacheCounts
        What it did so far.
    """

    def __init__(
        self,
        store: ObjectStore,
        directory: Path,
        limit_bytes: int,
        trust: artifacts.Trust,
        lanes: Mapping[str, Lane] = PLAN_LANE,
        *,
        disk_limit_bytes: int | None = None,
        far_lanes: Mapping[str, Lane] | None = None,
        now: Callable[[], float] = time.time,
        on_loaded: Callable[[], None] = lambda: None,
    ) -> None:
        self._files = ArtifactFiles(store, directory, disk_limit_bytes or limit_bytes, trust)
        self._limit_bytes = limit_bytes
        self._store, self._trust = store, trust
        self._far_lanes = far_lanes or {}
        self._lanes = {**lanes, **self._far_lanes}
        self._on_loaded = on_loaded
        self.counts = CacheCounts()
        self._models: OrderedDict[_Key, Model] = OrderedDict()
        self._uses: Counter[int] = Counter()
        self._size_bytes = 0
        self._scorers: WeakValueDictionary[object, Scorer] = WeakValueDictionary()
        self._broken = TtlCache[_Key, AuguryError](BROKEN_S, now)
        self._unavailable = TtlCache[_Key, AuguryError](UNAVAILABLE_S, now)
        self._lock = Lock()
        self._turns: defaultdict[_Key, _Turn] = defaultdict(_Turn)

    def get(self, client: ClientName, version: PipelineVersion) -> Model:
        """Return a model, from memory where it is there.

        Raises
        ------
        AuguryError
            503: its artifact is missing, broken or of another pipeline, or S3 does not answer.
        """
        key = (client, version)
        with self._lock:
            known = self._known(key)
            if known is not None:
                return known
            before_waiting()
            turn = self._turns[key]
            turn.callers += 1
        try:
            with turn.lock:  # one caller loads, those who come meanwhile wait for what becomes of it
                with self._lock:
                    known = self._known(key)
                return known if known is not None else self._keep(key, self._load(client, version))
        finally:
            with self._lock:
                turn.callers -= 1
                if not turn.callers:
                    del self._turns[key]

    def _known(self, key: _Key) -> Model | None:
        """Return a loaded model, or None where it is to be loaded; raise the failure that is still believed."""
        model = self._models.get(key)
        if model is not None:
            self._models.move_to_end(key)
            self.counts.hits += 1
            return model
        failure = self._broken.get(key) or self._unavailable.get(key)
        if failure is not None:
            raise AuguryError(failure.kind, failure.details, failure.retry_after_s)
        return None

    def _load(self, client: ClientName, version: PipelineVersion) -> Model:
        try:
            return self._loaded(client, version)
        except AuguryError as failure:
            failures = self._broken if failure.kind is Kind.PIPELINE_BROKEN else self._unavailable
            with self._lock:
                failures.put((client, version), AuguryError(failure.kind, failure.details, failure.retry_after_s))
            raise

    def _loaded(self, client: ClientName, version: PipelineVersion) -> Model:
        try:
            artifact = self._artifact(client, version)
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

    def _artifact(self, client: ClientName, version: PipelineVersion) -> artifacts.Artifact:
        if version.lane in self._far_lanes:
            prefix, digest = model_prefix(client, version.pipeline, version.version), version.manifest_sha256
            manifest = artifacts.fetch_manifest(self._store, prefix, digest, self._trust)
            if manifest.lane in self._far_lanes:  # else the registry's word is not the manifest's, which counts
                return artifacts.Artifact(manifest, digest, files={})
        return self._files.read(client, version)

    def _keep(self, key: _Key, model: Model) -> Model:
        with self._lock:
            self._models[key] = model = self._shared(key[0], model)
            self._count(model)
            while len(self._models) > 1 and self._size_bytes > self._limit_bytes:
                _, oldest = self._models.popitem(last=False)
                self._discount(oldest)
                self.counts.evictions += 1
            self.counts.loads += 1
        self._on_loaded()
        return model

    def _shared(self, client: ClientName, model: Model) -> Model:
        """Return the model with the scorer of another version of the client's that is the same, if one is loaded."""
        manifest = model.manifest
        if isinstance(model.scorer, FarScorer):  # it names its version
            return model
        files = tuple(manifest.files[name] for name in manifest.served_files)
        same = (client, manifest.lane, manifest.kind, manifest.inputs.model_dump_json(), files)
        return replace(model, scorer=self._scorers.setdefault(same, model.scorer))

    def _count(self, model: Model) -> None:
        """Add a model to the size of what is loaded; what versions share counts once."""
        self._uses[id(model.scorer)] += 1
        if self._uses[id(model.scorer)] == 1:
            self._size_bytes += model.size_bytes

    def _discount(self, model: Model) -> None:
        self._uses[id(model.scorer)] -= 1
        if not self._uses[id(model.scorer)]:
            del self._uses[id(model.scorer)]
            self._size_bytes -= model.size_bytes


def _broken(version: PipelineVersion, reason: str) -> AuguryError:
    return AuguryError(
        Kind.PIPELINE_BROKEN, [Detail(("pipeline", version.pipeline), f"version {version.version!r} {reason}")]
    )


def _check_identity(manifest: artifacts.Manifest, client: ClientName, version: PipelineVersion) -> None:
    """Refuse an artifact that was made for another client, pipeline or version than the registry's row is for."""
    if (manifest.client, manifest.pipeline, manifest.version) != (client, version.pipeline, version.version):
        raise artifacts.ArtifactRefused(artifacts.MANIFEST_FILE, "it names another client, pipeline or version")
