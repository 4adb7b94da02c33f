"""The predictor image's build context, as synthesis stages it; building it needs Docker."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def context(assembly: Path) -> Path:
    """Return the staged build context of the images that both stages share."""
    [assets] = (assembly / "assembly-Augury-prod").glob("*Predict*.assets.json")
    images = [image["source"] for image in json.loads(assets.read_text())["dockerImages"].values()]
    assert {image["dockerFile"] for image in images} == {"containers/predictor/Dockerfile"}
    assert {image.get("dockerBuildTarget") for image in images} == {None, "heavy"}
    return assets.parent / str(images[0]["directory"])


@pytest.fixture(scope="session")
def dockerfile(context: Path) -> list[tuple[str, list[str]]]:
    """Return the Dockerfile's instructions and their words."""
    text = (context / "containers/predictor/Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], shlex.split(line)[1:]) for line in lines]


def test_only_what_images_are_made_of_is_in_their_context(context: Path) -> None:
    files = {path.relative_to(context).as_posix() for path in context.rglob("*") if path.is_file()}
    beside_code = {name for name in files if not name.startswith(("augury/", "functions/", "training/", "containers/"))}

    assert beside_code == {".dockerignore", *(f"requirements/{role}.txt" for role in ("serve", "heavy", "train"))}
    assert {"containers/predictor/Dockerfile", "containers/trainer/Dockerfile", "augury/lake/layout.py"} <= files
    assert not [name for name in files if name.endswith(".pyc") or "__pycache__" in name]


def test_everything_that_the_dockerfile_copies_is_in_its_context(
    context: Path, dockerfile: list[tuple[str, list[str]]]
) -> None:
    copied = [
        source
        for name, words in dockerfile
        if name == "COPY" and not words[0].startswith("--from")
        for source in words[:-1]
    ]

    assert copied
    assert all((context / source).exists() for source in copied)


def test_the_base_image_is_lambdas_python_unless_another_is_given(dockerfile: list[tuple[str, list[str]]]) -> None:
    [name, [base]] = dockerfile[0]
    stages = {words[2] for name, words in dockerfile if name == "FROM" and len(words) > 2}
    sources = {words[0] for name, words in dockerfile if name == "FROM"}

    assert name == "ARG"
    assert base.partition("@")[0] == "BASE_IMAGE=public.ecr.aws/lambda/python:3.13"
    assert sources - stages == {"${BASE_IMAGE}"}


def test_the_images_install_hashed_wheels_only(context: Path) -> None:
    [install] = [
        shlex.split(line)
        for line in (context / "containers/steps/install.sh").read_text().replace("\\\n", " ").splitlines()
        if " pip install " in line
    ]

    assert {"--require-hashes", "--only-binary=:all:", "--no-deps", "--no-cache-dir"} <= set(install)
