"""A directory as a bucket."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from augury.aws import NotFound, ObjectStore
from augury.aws.addresses import LakeAddress
from augury.aws.directory import DirectoryStore


@pytest.fixture(params=["bucket", "directory"])
def objects(request: pytest.FixtureRequest, store: ObjectStore, tmp_path: Path) -> ObjectStore:
    return store if request.param == "bucket" else DirectoryStore(tmp_path)


def test_it_does_what_a_bucket_does(objects: ObjectStore) -> None:
    objects.put("a/b/1", b"one")
    objects.put("a/b/1", io.BytesIO(b"two"))
    objects.put("a/c", b"")
    objects.put("ab", b"")
    assert [(entry.key, entry.size_bytes) for entry in objects.list("a/")] == [("a/b/1", 3), ("a/c", 0)]
    assert [entry.key for entry in objects.list("a")] == ["a/b/1", "a/c", "ab"]
    assert list(objects.folders("a/")) == ["b"]
    assert objects.get("a/b/1") == b"two"
    with objects.open_object("a/b/1") as opened:
        (listed,) = objects.list("a/b/1")
        assert (opened.etag, opened.size_bytes) == (listed.etag, 3)
    objects.delete(["a/b/1", "a/b/2"])
    with pytest.raises(NotFound):
        objects.get("a/b/1")


def test_an_etag_changes_with_the_content(objects: ObjectStore) -> None:
    objects.put("a", b"one")
    (before,) = objects.list("a")
    objects.put("a", b"three")
    (after,) = objects.list("a")
    assert before.etag != after.etag


@pytest.mark.parametrize("uri", ["augury", "s3://", "s3://bucket/key", "file://host/a", "https://bucket", "s3://B_"])
def test_what_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no address of a lake"):
        LakeAddress(uri)


def test_an_address_leads_to_a_directory(tmp_path: Path) -> None:
    LakeAddress(tmp_path.as_uri()).open().put("a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"
