"""The predictor image's build context, as synthesis stages it; building it needs Docker."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.infra.conftest import ROOT


@pytest.fixture(scope="session")
def context(assembly: Path) -> Path:
    """Return the staged build context of the one image that both stages share."""
    [assets] = (assembly / "assembly-Augury-prod").glob("*Predict*.assets.json")
    [image] = json.loads(assets.read_text())["dockerImages"].values()
    assert image["source"]["dockerFile"] == "containers/predictor/Dockerfile"
    return assets.parent / str(image["source"]["directory"])


@pytest.fixture(scope="session")
def dockerfile(context: Path) -> list[tuple[str, list[str]]]:
    """Return the Dockerfile's instructions and their words."""
    text = (context / "containers/predictor/Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], shlex.split(line)[1:]) for line in lines]


def test_only_what_the_image_is_made_of_is_in_its_context(context: Path) -> None:
    files = {path.relative_to(context).as_posix() for path in context.rglob("*") if path.is_file()}
    beside_code = {name for name in files if not name.startswith(("augury/", "functions/"))}

    assert beside_code == {".dockerignore", "requirements/serve.txt", "containers/predictor/Dockerfile"}
    assert {f"augury/{name}" for name in ("__init__.py", "lake/layout.py")} <= files
    assert not [name for name in files if name.endswith(".pyc") or "__pycache__" in name]


def test_everything_that_the_dockerfile_copies_is_in_its_context(
    context: Path, dockerfile: list[tuple[str, list[str]]]
) -> None:
    copied = [words[0] for name, words in dockerfile if name == "COPY" and not words[0].startswith("--from")]

    assert copied
    assert all((context / source).exists() for source in copied)


def test_the_base_image_is_lambdas_python_unless_another_is_given(dockerfile: list[tuple[str, list[str]]]) -> None:
    assert dockerfile[0] == ("ARG", ["BASE_IMAGE=public.ecr.aws/lambda/python:3.13"])
    assert [words[0] for name, words in dockerfile if name == "FROM"] == ["${BASE_IMAGE}"] * 2


def test_the_image_installs_hashed_wheels_only(dockerfile: list[tuple[str, list[str]]]) -> None:
    [install] = [words for name, words in dockerfile if name == "RUN" and "pip" in words]

    assert {"--require-hashes", "--only-binary=:all:", "--no-deps", "--no-cache-dir"} <= set(install)
    assert re.search(r"COPY requirements/serve\.txt", (ROOT / "containers/predictor/Dockerfile").read_text())
