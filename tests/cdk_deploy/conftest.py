"""One deployment for all tests, brought up as a person would: with the commands of the guide."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from infra.cdk import CLI, cdk_command
from tests.cdk_deploy.deployed import DeployedResource, DeployedStacks
from tests.cdk_deploy.docker_stub import write_stub
from tests.cdk_deploy.local_account import local_account
from tests.cdk_deploy.provider import Account
from tests.cdk_deploy.terminal import terminal
from tests.infra.templates import StageTemplates

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ("augury", "containers", "functions", "infra", "requirements", "training")
FILES: Final = (".dockerignore", "LICENSE", "Makefile", "README.md", "cdk.json", "pyproject.toml")
LENT: Final = (".build", ".venv")
QUESTION: Final = "(y/n)"


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """A checkout, an account that it deploys to, and the environment of a person who does that."""

    checkout: Path
    account: Account
    environment: dict[str, str]

    def cdk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the CDK's command, without a terminal."""
        command = cdk_command(arguments, root=self.checkout)
        options: dict[str, Any] = {"cwd": self.checkout, "env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, stdin=subprocess.DEVNULL, **options)

    def stacks(self, stage: str, assembly: str = "cdk.out") -> DeployedStacks:
        """Return the stacks of a stage as they are deployed."""
        return DeployedStacks(self.account, StageTemplates.read(self.checkout / assembly, stage))

    def stack_names(self) -> list[str]:
        """Return the names of the stacks that there are, other than those that are only asked about."""
        stacks = self.account.client("cloudformation").describe_stacks()["Stacks"]
        return sorted(stack["StackName"] for stack in stacks if stack["StackStatus"] != "REVIEW_IN_PROGRESS")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What was shown and done when a stage was deployed, and what there is of it."""

    transcript: str
    stacks_at_first_question: list[str]
    resources: list[DeployedResource]
    differences: list[str]
    snapshot: dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    if not (ROOT / CLI).exists():
        pytest.skip("the CDK's command is not here: run `make cdk-cli`")
    checkout = copy_checkout(tmp_path_factory.mktemp("person") / "augury")
    docker = write_stub(checkout.parent / "docker")
    with local_account() as url:
        account = Account(url=url, region="us-east-1", number="123456789012")
        yield Workplace(checkout=checkout, account=account, environment=environment_for(account, checkout, docker))


@pytest.fixture(scope="session")
def deployment(workplace: Workplace) -> Deployment:
    """The stage dev, deployed by the commands of the guide and a yes to every question."""
    bootstrap, deploy = documented_commands()
    with terminal(bootstrap, cwd=workplace.checkout, environment=workplace.environment) as window:
        assert not window.read_until(QUESTION)
        assert window.exit_status() == 0, window.shown
    with terminal(deploy, cwd=workplace.checkout, environment=workplace.environment) as window:
        asked, at_first_question = window.read_until(QUESTION), workplace.stack_names()
        while asked:
            window.answer("y")
            asked = window.read_until(QUESTION)
        status = window.exit_status()
    assert status == 0, window.shown
    stacks = workplace.stacks("dev")
    resources = list(stacks.resources())
    return Deployment(
        transcript=window.shown,
        stacks_at_first_question=at_first_question,
        resources=resources,
        differences=[difference for resource in resources for difference in stacks.differences(resource)],
        snapshot=stacks.snapshot(),
    )


@dataclass(frozen=True, kw_only=True)
class Redeployment:
    """What a second deployment with changed code did."""

    transcript: str
    differences: list[str]
    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]

    @property
    def changed(self) -> dict[str, set[str]]:
        """What changed of what there was, by resource: the names of its properties."""
        return {
            name: {key for key in said if said[key] != self.before[name].get(key)}
            for name, said in self.after.items()
            if name in self.before and said != self.before[name]
        }

    def of_type(self, kind: str) -> set[str]:
        """Return the resources of a type that there are now."""
        return {name for name in self.after if name.partition(" ")[0] == kind}


@pytest.fixture(scope="session")
def redeployment(workplace: Workplace, deployment: Deployment) -> Redeployment:
    """The same stage once more, after a line was added to the Dockerfile of the functions that are images."""
    with (workplace.checkout / "containers" / "predictor" / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("LABEL changed=yes\n")
    run = workplace.cdk("deploy", "Augury-dev/*", "--require-approval=never")
    assert run.returncode == 0, run.stderr
    stacks = workplace.stacks("dev")
    differences = [difference for resource in stacks.resources() for difference in stacks.differences(resource)]
    return Redeployment(
        transcript=run.stderr, differences=differences, before=deployment.snapshot, after=stacks.snapshot()
    )


def documented_commands() -> list[str]:
    """Return the lines of the guide's first block of commands for an empty account."""
    guide = (ROOT / "docs" / "deploying.md").read_text()
    [block] = re.findall(r"\n## From an empty account .*?```sh\n(.*?)```", guide, flags=re.DOTALL)
    return [line.strip() for line in block.splitlines() if line.strip()]


def copy_checkout(target: Path) -> Path:
    """Copy what is deployed of this checkout, and borrow what is installed there."""
    target.mkdir()
    for name in CODE:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(ROOT / name, target / name)
    for name in LENT:
        (target / name).symlink_to((ROOT / name).resolve())
    return target


def environment_for(account: Account, checkout: Path, docker: Path) -> dict[str, str]:
    """Return the environment of a person whose AWS is the local one, and whose Docker builds nothing.

    The addresses differ because moto reads a template only from one that says "localhost". The environment that runs
    these tests is as good as the one that `make` would install.
    """
    port = account.url.rpartition(":")[2]
    return {
        "HOME": str(checkout.parent),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "MAKEFLAGS": "-- STAMP_CDK= STAMP_DEV= STAMP_RUN=",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": account.region,
        "AWS_DEFAULT_REGION": account.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": account.url,
        "AWS_ENDPOINT_URL_S3": account.url,
        "AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION": f"http://localhost:{port}",
        "CDK_DOCKER": str(docker),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
