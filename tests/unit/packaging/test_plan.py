"""What packaging a pipeline plans to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from augury.artifacts import Manifest
from augury.packaging import checked_tag, plan_package
from tests.artifacts import ROOT, trained_iris


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return trained_iris().manifest


@pytest.mark.parametrize("tag", ["iris", "iris:1", "a.b-c__d/iris:V1.0_x", "localhost:5000/iris", "host.example/a/b:1"])
def test_names_of_images_are_taken(tag: str) -> None:
    assert checked_tag(tag) == tag


@pytest.mark.parametrize(
    "tag", ["", "Iris", "iris:", "iris 1", "-iris", "iris:.1", "a//b", "iris@sha256:00", "i" * 256]
)
def test_what_is_no_name_of_an_image_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match=r"--tag .* is no name of an image"):
        checked_tag(tag)


def test_a_pipeline_with_a_plan_gets_the_thin_predictor(manifest: Manifest) -> None:
    first, last = plan_package(manifest, "iris:1", root=ROOT).commands

    assert first[first.index("--target") + 1] == "thin"
    assert last[last.index("--tag") + 1] == "iris:1"


def test_a_pipeline_without_a_plan_gets_the_heavy_predictor(manifest: Manifest) -> None:
    heavy = manifest.model_copy(update={"lane": "pandas"})

    first, _ = plan_package(heavy, "iris:1", root=ROOT, base="my-base:1").commands

    assert first[first.index("--target") + 1] == "heavy"
    assert "BASE_IMAGE=my-base:1" in first


def test_a_predictor_that_is_there_is_not_built(manifest: Manifest, tmp_path: Path) -> None:
    [only] = plan_package(manifest, "iris:1", root=tmp_path, predictor="predictor:1").commands

    assert "iris:1" in only


def test_without_a_checkout_it_says_what_to_do(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"run it from a checkout .*--predictor"):
        plan_package(manifest, "iris:1", root=tmp_path)


def test_a_base_for_a_predictor_that_is_there_is_refused(manifest: Manifest) -> None:
    with pytest.raises(ValueError, match="either it or --predictor"):
        plan_package(manifest, "iris:1", root=ROOT, base="base", predictor="predictor:1")
