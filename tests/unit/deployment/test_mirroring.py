"""Images: found by their digest, and copied into the stage's own repository."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from augury.aws import NotFound
from augury.aws.connection import Connection
from augury.aws.images import ImageRepository
from augury.deployment import ImageName
from augury.deployment.mirroring import NotMirrored, mirror, mirrored_name, run_docker
from tests.unit.deployment.lambda_world import microservice

ACCOUNT = "123456789012"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.fixture
def repository(aws: Connection) -> ImageRepository:
    aws.ecr().create_repository(repositoryName="images")
    return ImageRepository(aws.ecr(), ACCOUNT, "images")


def push(aws: Connection, tag: str) -> str:
    manifest = f'{{"schemaVersion": 2, "mediaType": "{MANIFEST}", "tag": "{tag}"}}'
    pushed = aws.ecr().put_image(
        repositoryName="images", imageManifest=manifest, imageTag=tag, imageManifestMediaType=MANIFEST
    )
    return str(pushed["image"]["imageId"]["imageDigest"])


def test_a_tag_is_pinned_to_its_digest(aws: Connection, repository: ImageRepository) -> None:
    digest = push(aws, "1.4")
    assert repository.digest("1.4") == digest
    assert repository.digest(digest) == digest


def test_an_image_or_a_repository_that_there_is_not_is_not_found(aws: Connection, repository: ImageRepository) -> None:
    with pytest.raises(NotFound):
        repository.digest("1.5")
    with pytest.raises(NotFound):
        ImageRepository(aws.ecr(), ACCOUNT, "elsewhere").digest("1.4")


def test_an_image_is_copied_under_a_tag_of_its_own(repository: ImageRepository) -> None:
    ran: list[tuple[list[str], str | None]] = []
    image = ImageName("acme/scores", "1.4")
    to = mirrored_name(image, microservice("1"), f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/images")
    mirror(image, to, repository, lambda words, text: ran.append((words, text)))
    assert to.version == "acme.scores.1.4"
    assert [words[0] for words, _ in ran] == ["image", "login", "tag", "push"]
    assert ran[-1][0][-1] == f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/images:acme.scores.1.4"
    assert all(ran[1][1] not in words for words, _ in ran), "the password goes in by the input"


def test_what_this_machine_does_not_have_is_pulled(repository: ImageRepository) -> None:
    ran: list[str] = []

    def docker(words: list[str], text: str | None) -> None:
        ran.append(words[0])
        if words[0] == "image":
            raise NotMirrored("no such image")

    mirror(ImageName("acme/scores", "1.4"), ImageName("x/images", "1"), repository, docker)
    assert ran[:2] == ["image", "pull"]


def test_what_docker_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotMirrored, match="--push needs docker"):
        run_docker(["push"], None)
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\necho 'denied: no basic auth' >&2\nexit 1\n")
    docker.chmod(docker.stat().st_mode | stat.S_IXUSR)
    with pytest.raises(NotMirrored, match="docker push failed: denied: no basic auth"):
        run_docker(["push"], None)


@pytest.mark.parametrize("name", ["Scores", "scores:1", "a//b", "-a", "https://host/a", "a" * 300])
def test_what_is_no_name_of_an_image_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of an image"):
        ImageName(name, "1")


@pytest.mark.parametrize("version", ["", "a b", "sha256:12", "x" * 129])
def test_what_is_neither_tag_nor_digest_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="neither a tag"):
        ImageName("scores", version)
