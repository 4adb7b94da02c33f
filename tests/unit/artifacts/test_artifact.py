"""Artifact directories: written whole, checked whole."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from augury.artifacts import (
    ArtifactRefused,
    DataWindow,
    LocalSigner,
    Manifest,
    ParitySummary,
    Trust,
    digest,
    digests,
    load,
    save,
)
from augury.names import ClientName, PipelineName, Version
from augury.schema import Field, FieldType, InputSchema

SIGNER = LocalSigner.generate()
TRUST = Trust([SIGNER.public_pem()])
FILES = {"plan.json": b'{"format":1}', "model.onnx": b"\x08\x08" * 500, "parity.json": b"{}"}


def manifest_of(files: dict[str, bytes], **changes: Any) -> Manifest:
    fields: dict[str, Any] = {
        "client": ClientName("acme"),
        "pipeline": PipelineName("iris"),
        "version": Version("1"),
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
        "lane": "plan",
        "inputs": InputSchema(fields=(Field(name="fé", type=FieldType.NUMBER),)),
        "classes": ("a", "b"),
        "metrics": {"accuracy": 0.95},
        "parity": ParitySummary(rows=9, max_difference=1e-7, class_disagreements=0, tolerance=1e-6, agrees=True),
        "data_window": DataWindow(),
        "rows": 9,
        "libraries": {"numpy": "2"},
        "seed": 0,
        "files": digests(files),
    }
    return Manifest(**{**fields, **changes})


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    save(tmp_path / "artifact", manifest_of(FILES), FILES, SIGNER)
    return tmp_path / "artifact"


def rewrite_manifest(directory: Path, **changes: Any) -> None:
    path = directory / "manifest.json"
    sign(directory, json.dumps({**json.loads(path.read_bytes()), **changes}).encode())


def sign(directory: Path, manifest: bytes) -> None:
    """Write a manifest as somebody trusted would have it."""
    (directory / "manifest.json").write_bytes(manifest)
    (directory / "manifest.sig").write_bytes(SIGNER.sign(manifest))


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    sha256 = save(tmp_path / "new" / "artifact", manifest_of(FILES), FILES, SIGNER)
    loaded = load(tmp_path / "new" / "artifact", TRUST, sha256)
    assert loaded.manifest == manifest_of(FILES)
    assert loaded.files == FILES
    assert loaded.manifest_sha256 == sha256 == digest((tmp_path / "new" / "artifact" / "manifest.json").read_bytes())


def test_saving_leaves_nothing_else_behind(artifact: Path) -> None:
    assert [path.name for path in artifact.parent.iterdir()] == ["artifact"]


def test_an_artifact_is_never_overwritten(artifact: Path) -> None:
    with pytest.raises(FileExistsError, match="never changed"):
        save(artifact, manifest_of(FILES), FILES, SIGNER)
    assert load(artifact, TRUST).files == FILES


def test_a_save_that_fails_leaves_no_directory(tmp_path: Path) -> None:
    name = "x" * 100
    (tmp_path / "full").mkdir()
    long_path = tmp_path / "full" / ("d" * 255)
    with pytest.raises(OSError, match="too long"):
        save(long_path, manifest_of({**FILES, name: b"1"}), {**FILES, name: b"1"})
    assert list((tmp_path / "full").iterdir()) == []


def test_digests_of_other_files_are_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digests"):
        save(tmp_path / "artifact", manifest_of(FILES), {**FILES, "plan.json": b"other"})
    assert not (tmp_path / "artifact").exists()


@pytest.mark.parametrize("name", ["plan.json", "model.onnx", "parity.json"])
@pytest.mark.parametrize("content", [b"", b"tampered"])
def test_a_tampered_or_truncated_file_is_refused_by_name(artifact: Path, name: str, content: bytes) -> None:
    (artifact / name).write_bytes(content)
    with pytest.raises(ArtifactRefused, match="another SHA-256") as refused:
        load(artifact, TRUST)
    assert refused.value.file == name


@pytest.mark.parametrize("name", ["plan.json", "model.onnx", "manifest.json"])
def test_a_missing_file_is_refused_by_name(artifact: Path, name: str) -> None:
    (artifact / name).unlink()
    with pytest.raises(ArtifactRefused, match="is missing") as refused:
        load(artifact, TRUST)
    assert refused.value.file == name


@pytest.mark.parametrize("extra", ["pipeline.pkl", ".hidden", "sub"])
def test_a_file_or_folder_that_is_not_listed_is_refused(artifact: Path, extra: str) -> None:
    if extra == "sub":
        (artifact / extra).mkdir()
    else:
        (artifact / extra).write_bytes(b"")
    with pytest.raises(ArtifactRefused, match="not listed") as refused:
        load(artifact, TRUST)
    assert refused.value.file == extra


@pytest.mark.parametrize("name", ["plan.json", "manifest.json", "manifest.sig"])
def test_a_symbolic_link_is_refused_even_to_the_right_content(artifact: Path, name: str) -> None:
    elsewhere = artifact.parent / "elsewhere"
    (artifact / name).rename(elsewhere)
    (artifact / name).symlink_to(elsewhere)
    with pytest.raises(ArtifactRefused, match="symbolic link"):
        load(artifact, TRUST)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_refused(artifact: Path, make: Any) -> None:
    (artifact / "plan.json").unlink()
    make(artifact / "plan.json")
    with pytest.raises(ArtifactRefused, match="no regular file"):
        load(artifact, TRUST)


@pytest.mark.parametrize("name", ["../plan.json", "..", "/etc/passwd", "sub/plan.json", "plan.json\n", "a\x00b", ""])
def test_a_name_that_leads_elsewhere_is_refused(artifact: Path, name: str) -> None:
    rewrite_manifest(artifact, files={**digests(FILES), name: "0" * 64})
    with pytest.raises(ArtifactRefused, match="pattern"):
        load(artifact, TRUST)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format 2"),
        ({"format": None}, "format None"),
        ({"format": True}, "format True"),
        ({"client": "../acme"}, "client"),
        ({"lane": "pickle"}, "lane"),
        ({"files": {"plan.json": "0" * 64}}, "needs model.onnx"),
        ({"files": {**digests(FILES), "manifest.json": "0" * 64}}, "cannot vouch for itself"),
        ({"files": {**digests(FILES), "manifest.sig": "0" * 64}}, "cannot vouch for itself"),
        ({"lane": "pandas", "lane_reason": "x"}, "needs pipeline.skops"),
        ({"lane_reason": "x"}, "lane_reason"),
        ({"kind": "regression"}, "a regression has none"),
        ({"classes": None}, "a classification has classes"),
        ({"surprise": 1}, "surprise"),
        ({"created_at": "2026-11-23T00:00:00"}, "timezone"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_with_its_reason(
    artifact: Path, changes: dict[str, Any], reason: str
) -> None:
    rewrite_manifest(artifact, **changes)
    with pytest.raises(ArtifactRefused, match=reason) as refused:
        load(artifact, TRUST)
    assert refused.value.file == "manifest.json"


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"format":', b"\xff\xfe", b"null"])
def test_a_manifest_that_is_no_json_object_is_refused(artifact: Path, body: bytes) -> None:
    sign(artifact, body)
    with pytest.raises(ArtifactRefused, match=r"manifest\.json"):
        load(artifact, TRUST)


def test_a_manifest_other_than_the_registered_one_is_refused(artifact: Path) -> None:
    with pytest.raises(ArtifactRefused, match="another SHA-256"):
        load(artifact, TRUST, "0" * 64)


def test_nothing_but_a_directory_is_an_artifact(tmp_path: Path) -> None:
    with pytest.raises(ArtifactRefused, match="missing"):
        load(tmp_path / "nowhere", TRUST)


def test_for_serving_only_what_the_lane_needs_is_read(artifact: Path) -> None:
    (artifact / "parity.json").unlink()
    assert load(artifact, TRUST, for_serving=True).files.keys() == {"plan.json", "model.onnx"}
    with pytest.raises(ArtifactRefused, match="is missing"):
        load(artifact, TRUST)


def test_files_that_are_too_large_together_are_refused(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augury.artifacts.directory.MAX_ARTIFACT_BYTES", sum(map(len, FILES.values())) - 1)
    with pytest.raises(ArtifactRefused, match="too large"):
        load(artifact, TRUST)


def test_a_manifest_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        manifest_of(FILES).seed = 1  # type: ignore[misc]
