"""Loaded models: bounded, shared, loaded once, and tried again after a while where they are broken."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PosixPath
from typing import Any, Self

import pytest

from augury.artifacts import Artifact, ArtifactRefused, load, save
from augury.errors import AuguryError, Kind
from augury.lake import model_prefix
from augury.names import ClientName, Version
from augury.registry import PipelineVersion
from augury.serving import PLAN_LANE, ModelCache, Scorer
from augury.serving.model_cache import BROKEN_S, UNAVAILABLE_S
from augury.serving.models import MEMORY_PER_BYTE
from augury.training import register
from tests.artifacts import ACME, FLOWER, IRIS, SIGNER, TRUST, trained_iris
from tests.unit.serving.conftest import Bench

PATIENCE_S = 10.0


@dataclass
class Clock:
    """A clock that is stepped."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


class Lanes:
    """The plan lane, which tells how often it loaded; it can be held up."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.entered, self.may_go_on = threading.Event(), threading.Event()
        self.holds_up: str | None = None

    def __call__(self, artifact: Artifact) -> Scorer:
        self.loaded.append(str(artifact.manifest.version))
        if artifact.manifest.version == self.holds_up:
            self.entered.set()
            assert self.may_go_on.wait(PATIENCE_S)
        return PLAN_LANE["plan"](artifact)


type Versions = dict[str, PipelineVersion]


@pytest.fixture
def versions(bench: Bench, tmp_path: Path) -> Versions:
    """Three versions of the same files."""
    artifact = load(trained_iris().directory, TRUST)
    for label in ("2", "3"):
        manifest = artifact.manifest.model_copy(update={"version": Version(label)})
        save(tmp_path / label, manifest, artifact.files, SIGNER)
        register(tmp_path / label, ACME, store=bench.store, registry=bench.registry, trust=TRUST)
    found = {label: bench.registry.version(ACME, IRIS, Version(label)) for label in ("1", "2", "3")}
    return {label: version for label, version in found.items() if version is not None}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lane() -> Lanes:
    return Lanes()


@pytest.fixture
def cache(bench: Bench, tmp_path: Path, clock: Clock, lane: Lanes) -> Callable[..., ModelCache]:
    def make(limit_bytes: int = 10**9, **options: Any) -> ModelCache:
        directory = tmp_path / "cache"
        return ModelCache(bench.store, directory, limit_bytes, TRUST, lanes={"plan": lane}, now=clock, **options)

    return make


def copies(tmp_path: Path) -> list[str]:
    return sorted(path.name[0] for path in (tmp_path / "cache").glob("*/*/*/"))


def refusal(models: ModelCache, version: PipelineVersion) -> AuguryError:
    with pytest.raises(AuguryError) as refused:
        models.get(ACME, version)
    assert refused.value.status == 503
    return refused.value


def test_many_first_calls_load_a_model_once(cache: Callable[..., ModelCache], versions: Versions, lane: Lanes) -> None:
    models, lane.holds_up = cache(), "1"
    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(models.get, ACME, versions["1"]) for _ in range(16)]
        assert lane.entered.wait(PATIENCE_S)
        lane.may_go_on.set()
        found = [one.result(PATIENCE_S) for one in asked]
    assert lane.loaded == ["1"]
    assert all(one is found[0] for one in found)


def test_a_model_that_takes_long_holds_up_no_other(
    cache: Callable[..., ModelCache], versions: Versions, lane: Lanes
) -> None:
    models, lane.holds_up = cache(), "1"
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(models.get, ACME, versions["1"])
        assert lane.entered.wait(PATIENCE_S)
        assert pool.submit(models.get, ACME, versions["2"]).result(PATIENCE_S)
        assert not slow.done()
        lane.may_go_on.set()
        assert slow.result(PATIENCE_S)


def test_the_model_used_longest_ago_gives_way_but_its_files_stay(
    cache: Callable[..., ModelCache], versions: Versions, lane: Lanes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelCache, "_shared", lambda _, client, model: model)
    size_bytes = cache().get(ACME, versions["1"]).size_bytes
    lane.loaded.clear()
    models = cache(2 * size_bytes, disk_limit_bytes=10**9)
    for label in ("1", "2", "1", "3", "1", "2"):
        models.get(ACME, versions[label])
    assert lane.loaded == ["1", "2", "3", "2"]
    assert copies(tmp_path) == ["1", "2", "3"]


def test_the_files_used_longest_ago_give_way_but_their_model_stays(
    cache: Callable[..., ModelCache], versions: Versions, lane: Lanes, tmp_path: Path, bench: Bench
) -> None:
    models = cache(disk_limit_bytes=1)
    for label in ("1", "2", "3"):
        models.get(ACME, versions[label])
    assert copies(tmp_path) == ["3"]
    bench.store.bucket = "gone"
    assert all(models.get(ACME, version) for version in versions.values())
    assert lane.loaded == ["1", "2", "3"]


def test_files_of_an_earlier_process_count_and_are_used(
    cache: Callable[..., ModelCache], versions: Versions, bench: Bench, tmp_path: Path
) -> None:
    first = cache()
    for label in ("1", "2"):
        first.get(ACME, versions[label])
    bucket, bench.store.bucket = bench.store.bucket, "gone"
    again = cache(disk_limit_bytes=1)
    assert again.get(ACME, versions["2"])
    bench.store.bucket = bucket
    assert copies(tmp_path) == ["2"]


def test_versions_of_the_same_files_share_what_is_in_memory(
    cache: Callable[..., ModelCache], versions: Versions
) -> None:
    size_bytes = cache().get(ACME, versions["1"]).size_bytes
    models = cache(size_bytes)
    found = [models.get(ACME, version) for version in versions.values()]
    assert len({id(model.scorer) for model in found}) == 1
    assert [model.manifest.version for model in found] == ["1", "2", "3"]
    assert [models.get(ACME, version) for version in versions.values()] == found


def test_another_clients_version_of_the_same_files_shares_nothing(
    cache: Callable[..., ModelCache], versions: Versions, bench: Bench, tmp_path: Path
) -> None:
    artifact, other = load(trained_iris().directory, TRUST), ClientName("acme-2")
    save(tmp_path / "theirs", artifact.manifest.model_copy(update={"client": other}), artifact.files, SIGNER)
    register(tmp_path / "theirs", other, store=bench.store, registry=bench.registry, trust=TRUST)
    theirs = bench.registry.version(other, IRIS, Version("1"))
    assert theirs is not None
    models = cache()
    ours = models.get(ACME, versions["1"])
    assert models.get(other, theirs).scorer is not ours.scorer
    assert models.get(other, theirs).manifest.client == other
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {ACME, other}


def test_a_broken_artifact_is_tried_again_after_a_while_and_is_no_others_trouble(
    cache: Callable[..., ModelCache], versions: Versions, bench: Bench, clock: Clock
) -> None:
    models = cache()
    key = model_prefix(ACME, IRIS, Version("2")) + "plan.json"
    plan = bench.store.get(key)
    bench.store.put(key, b"{}")
    first = refusal(models, versions["2"])
    bench.store.put(key, plan)
    clock.now += BROKEN_S - 0.1
    again = refusal(models, versions["2"])
    assert first.kind is again.kind is Kind.PIPELINE_BROKEN
    assert first.as_json() == again.as_json()
    assert models.get(ACME, versions["1"]).predict([FLOWER], single=True)
    clock.now += 0.2
    assert models.get(ACME, versions["2"]).predict([FLOWER], single=True)


def test_a_missing_artifact_is_503_and_works_once_it_is_there(
    cache: Callable[..., ModelCache], versions: Versions, bench: Bench, clock: Clock
) -> None:
    models = cache()
    key = model_prefix(ACME, IRIS, Version("1")) + "manifest.json"
    manifest = bench.store.get(key)
    bench.store._client.delete_object(Bucket=bench.store.bucket, Key=key)
    assert refusal(models, versions["1"]).kind is Kind.PIPELINE_BROKEN
    bench.store.put(key, manifest)
    clock.now += BROKEN_S + 0.1
    assert models.get(ACME, versions["1"])


def test_a_model_that_cannot_be_kept_on_disk_is_asked_for_again_soon(
    cache: Callable[..., ModelCache], versions: Versions, clock: Clock, tmp_path: Path
) -> None:
    models = cache()
    (tmp_path / "cache").write_text("no directory")
    assert refusal(models, versions["1"]).kind is Kind.UNAVAILABLE
    (tmp_path / "cache").unlink()
    assert refusal(models, versions["1"]).kind is Kind.UNAVAILABLE
    clock.now += UNAVAILABLE_S + 0.1
    assert models.get(ACME, versions["1"])


def test_callers_of_a_broken_model_wait_for_one_try_and_share_its_failure(
    bench: Bench, tmp_path: Path, clock: Clock, versions: Versions, lane: Lanes
) -> None:
    def broken(artifact: Artifact) -> Scorer:
        lane(artifact)
        raise ArtifactRefused("model.onnx", "is broken")

    lane.holds_up = "1"
    models = ModelCache(bench.store, tmp_path / "cache", 10**9, TRUST, lanes={"plan": broken}, now=clock)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(refusal, models, versions["1"]) for _ in range(8)]
        assert lane.entered.wait(PATIENCE_S)
        lane.may_go_on.set()
        assert {one.result(PATIENCE_S).kind for one in asked} == {Kind.PIPELINE_BROKEN}
    assert lane.loaded == ["1"]


def test_a_model_counts_as_what_it_holds_in_memory_not_as_its_files(
    cache: Callable[..., ModelCache], versions: Versions
) -> None:
    files = cache().get(ACME, versions["1"]).manifest.served_files
    of_files = sum((trained_iris().directory / name).stat().st_size for name in files)
    assert cache().get(ACME, versions["1"]).size_bytes == MEMORY_PER_BYTE * of_files


def test_models_are_right_under_eviction_by_many_threads(
    cache: Callable[..., ModelCache], versions: Versions, tmp_path: Path
) -> None:
    models = cache(1, disk_limit_bytes=1)
    expected = models.get(ACME, versions["1"]).predict([FLOWER], single=True)

    def ask(number: int) -> bool:
        version = versions[str(number % 3 + 1)]
        model = models.get(ACME, version)
        return model.manifest.version == version.version and model.predict([FLOWER], single=True) == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(120)))
    assert len(copies(tmp_path)) <= 1


class Emptied(PosixPath):
    """A directory that another process empties once it was listed."""

    def glob(self, *arguments: Any, **named: Any) -> Iterator[Self]:  # type: ignore[override]
        found = list(super().glob(*arguments, **named))
        shutil.rmtree(self)
        return iter(found)


def test_a_process_starts_while_another_empties_the_directory(bench: Bench, tmp_path: Path) -> None:
    shared = Emptied(tmp_path / "shared")
    (shared / "acme" / "iris" / "1").mkdir(parents=True)
    (version,) = bench.registry.versions(ACME, IRIS)
    assert ModelCache(bench.store, shared, 10**6, TRUST).get(ACME, version)
