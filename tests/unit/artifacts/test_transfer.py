"""Artifacts to and from an object store (moto's S3)."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from augury.artifacts import ArtifactRefused, fetch, load, publish, save
from augury.aws import ObjectStore
from tests.unit.artifacts.test_artifact import FILES, SIGNER, TRUST, manifest_of

PREFIX = "clients/acme/models/iris/1/"


@pytest.fixture
def sha256(tmp_path: Path, store: ObjectStore) -> str:
    save(tmp_path / "made", manifest_of(FILES), FILES, SIGNER)
    return publish(tmp_path / "made", store, PREFIX, TRUST)


def test_what_was_published_is_fetched(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    fetched = fetch(store, PREFIX, tmp_path / "cache" / "iris", sha256, TRUST)
    assert fetched == load(tmp_path / "made", TRUST) == load(tmp_path / "cache" / "iris", TRUST)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["iris"]


def test_only_the_artifacts_files_are_published(store: ObjectStore, sha256: str) -> None:
    assert {item.key for item in store.list("")} == {
        PREFIX + name for name in (*FILES, "manifest.sig", "manifest.json")
    }


def test_publishing_again_changes_nothing(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    assert publish(tmp_path / "made", store, PREFIX, TRUST) == sha256


def test_another_artifact_is_not_published_over_the_first(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    save(tmp_path / "other", manifest_of(FILES, seed=1), FILES, SIGNER)
    with pytest.raises(ArtifactRefused, match="another artifact"):
        publish(tmp_path / "other", store, PREFIX, TRUST)
    assert fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST).manifest.seed == 0


def test_a_broken_artifact_is_not_published(tmp_path: Path, store: ObjectStore) -> None:
    save(tmp_path / "made", manifest_of(FILES), FILES, SIGNER)
    (tmp_path / "made" / "plan.json").write_bytes(b"")
    with pytest.raises(ArtifactRefused):
        publish(tmp_path / "made", store, PREFIX, TRUST)
    assert list(store.list("")) == []


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json"])
def test_an_object_that_was_changed_is_refused_and_nothing_is_kept(
    tmp_path: Path, store: ObjectStore, sha256: str, name: str
) -> None:
    store.put(PREFIX + name, store.get(PREFIX + name) + b" ")
    with pytest.raises(ArtifactRefused, match="another SHA-256") as refused:
        fetch(store, PREFIX, tmp_path / "cache" / "iris", sha256, TRUST)
    assert refused.value.file == name
    assert list(tmp_path.glob("cache/*")) == []


def test_an_object_that_is_missing_is_refused_by_name(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    with pytest.raises(ArtifactRefused, match=r"manifest\.json: is missing under clients/acme/models/iris/2/"):
        fetch(store, "clients/acme/models/iris/2/", tmp_path / "cached", sha256, TRUST)


def test_an_object_without_its_signature_is_refused(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    store._client.delete_object(Bucket=store.bucket, Key=PREFIX + "manifest.sig")
    with pytest.raises(ArtifactRefused, match=r"manifest\.sig: is missing"):
        fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST)
    assert not (tmp_path / "cached").exists()


def test_for_serving_only_what_the_lane_needs_is_fetched(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    store._client.delete_object(Bucket=store.bucket, Key=PREFIX + "parity.json")
    fetched = fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST, for_serving=True)
    assert fetched.files.keys() == {"plan.json", "model.onnx"}
    assert load(tmp_path / "cached", TRUST, sha256, for_serving=True) == fetched


def test_an_artifact_larger_than_allowed_is_refused(tmp_path: Path, store: ObjectStore, sha256: str) -> None:
    with pytest.raises(ArtifactRefused, match="too large"):
        fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST, max_bytes=sum(map(len, FILES.values())) - 1)
    assert not (tmp_path / "cached").exists()


def test_a_directory_that_is_there_is_checked_and_not_fetched_again(
    tmp_path: Path, store: ObjectStore, sha256: str
) -> None:
    fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST)
    for name in (*FILES, "manifest.json"):
        store.put(PREFIX + name, b"gone")
    assert fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST).files == FILES
    (tmp_path / "cached" / "plan.json").write_bytes(b"tampered")
    with pytest.raises(ArtifactRefused):
        fetch(store, PREFIX, tmp_path / "cached", sha256, TRUST)


def test_a_copy_that_another_process_made_first_and_removed_again_is_no_failure(
    tmp_path: Path, store: ObjectStore, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_second(partial: Path, target: Path) -> None:
        raise OSError(errno.ENOTEMPTY, "Directory not empty", str(target))

    monkeypatch.setattr(Path, "rename", be_second)
    assert fetch(store, PREFIX, tmp_path / "cache" / "iris", sha256, TRUST) == load(tmp_path / "made", TRUST)
    assert list((tmp_path / "cache").iterdir()) == []
