"""``augury pipeline package`` with a ``docker`` that only writes down what it is asked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from augury.cli import seeding
from augury.cli.app import app
from augury.local import LocalPlatform

FAKE = """\
#!/bin/sh
echo "$@" >> {log}
case "$1" in
    image) echo sha256:1234 ;;
    build)
        echo "$BUILDX_NO_DEFAULT_ATTESTATIONS" >> {log}.attestations
        for last; do :; done; [ -f "$last/Dockerfile" ] && cp -r "$last" {kept}; echo built ;;
esac
exit ${{DOCKER_FAILS:-0}}
"""


class Docker:
    """The fake: what it was asked, and the last build's context."""

    def __init__(self, place: Path) -> None:
        self.log, self.context = place / "asked", place / "context"
        (place / "docker").write_text(FAKE.format(log=self.log, kept=self.context))
        (place / "docker").chmod(0o755)

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def told_no_attestations(self) -> list[str]:
        return self.log.with_suffix(".attestations").read_text().splitlines()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory in which a platform with the Iris pipeline of client ``test`` was started."""
    home = tmp_path_factory.mktemp("home")
    with LocalPlatform(0, state=home / ".augury" / "local.json", runs_in_background=False) as platform:
        seeding.seed(platform)
        yield home


@pytest.fixture
def docker(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    monkeypatch.chdir(home)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Docker(tmp_path)


def run(*arguments: str) -> str:
    command = ["--profile", "local", "pipeline", "package", *arguments]
    outcome = CliRunner().invoke(app, command, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def refusal(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", "pipeline", "package", *arguments])
    assert outcome.exit_code == 1
    assert isinstance(outcome.exception, ValueError | OSError), outcome.exception
    return str(outcome.exception)


def test_it_builds_the_predictor_and_puts_the_pipeline_on_it(docker: Docker) -> None:
    told = json.loads(run("test", "iris", "--tag", "iris:1", "--json"))

    asked = [line.split()[0] for line in docker.asked]
    assert asked == ["version", "build", "build", "image"]
    assert (told["image"], told["id"], told["lane"]) == ("iris:1", "sha256:1234", "plan")
    written = (docker.context / "Dockerfile").read_text()
    assert f"FROM {told['predictor']}\n" in written
    assert "AUGURY_ALLOW_UNSIGNED_ARTIFACTS=false" in written
    assert "-----BEGIN PUBLIC KEY-----" in written
    assert {path.name for path in (docker.context / "pipeline").iterdir()} >= {
        "manifest.json",
        "manifest.sig",
        "plan.json",
    }


def test_it_builds_without_the_attestations_that_lambda_refuses(docker: Docker) -> None:
    run("test", "iris", "--tag", "iris:1", "--json")

    assert docker.told_no_attestations == ["1", "1"]


def test_a_dry_run_shows_the_commands_and_runs_none(docker: Docker) -> None:
    shown = run("test", "iris", "--tag", "iris:1", "--dry-run")

    assert "Would build iris:1" in shown
    assert "docker build --platform linux/amd64 --target thin" in shown
    assert docker.asked == []


def test_a_predictor_that_is_there_is_taken(docker: Docker) -> None:
    shown = run("test", "iris", "--tag", "iris:1", "--predictor", "predictor:9")

    assert "Built iris:1" in shown
    assert "FROM predictor:9\n" in (docker.context / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("test", "iris", "--tag", "IRIS"), "--tag 'IRIS' is no name of an image"),
        (("test", "roses", "--tag", "iris:1"), "'test' has no pipeline 'roses'"),
        (("nobody", "iris", "--tag", "iris:1"), "there is no client 'nobody'"),
        (("test", "iris", "--tag", "iris:1", "--version", "none"), "pipeline 'iris' has no version 'none'"),
        (("test", "iris", "--tag", "iris:1", "--base", "b", "--predictor", "p"), "either it or --predictor"),
    ],
)
def test_what_does_not_suit_is_said_before_docker_is_asked(
    docker: Docker, arguments: tuple[str, ...], said: str
) -> None:
    assert said in refusal(*arguments)
    assert docker.asked == []


def test_an_engine_that_does_not_answer_is_said(docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_FAILS", "1")

    assert refusal("test", "iris", "--tag", "iris:1").startswith("no Docker engine answers: start one")


def test_a_machine_without_docker_is_told_so(docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").unlink()
    monkeypatch.setenv("PATH", str(tmp_path))

    assert refusal("test", "iris", "--tag", "iris:1") == "there is no `docker` here: install Docker, and start it"
