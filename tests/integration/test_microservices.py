"""``augury deploy`` and ``undeploy``: a client's own image on a cluster, under load, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from typer.testing import CliRunner

from augury.cli.app import app
from augury.deployment.clock import WallClock
from augury.local import LocalPlatform
from tests.api_server import ApiServer, Crashing, MissingImage, api_server, kubeconfig
from tests.integration.test_deployments import Caller, World, augury, constant_load
from tests.services import Service, answer, service

NAMESPACE = "augury-local-acme"
IMAGE = "registry.example/scores"
FASTER = 10


def digest(version: str) -> str:
    return f"sha256:{version * 64}"


def flower(name: str) -> Callable[[dict[str, str]], tuple[int, bytes]]:
    body = {"meta": {"modelName": name}, "predictions": [{"prediction": 1, "predictedClass": "a", "confidence": 1}]}
    return lambda form: (200, json.dumps(body).encode())


@dataclass
class Cluster:
    """A cluster with a load balancer, whose controllers work all the time."""

    api: ApiServer
    balancer: Service
    config: Path
    served: list[str] = field(default_factory=list)

    def options(self) -> list[str]:
        return [
            "--target", "eks", "--kubeconfig", str(self.config), "--address", self.balancer.url(), "--watch", "5s",
        ]  # fmt: skip


@contextmanager
def running_cluster(directory: Path) -> Iterator[Cluster]:
    is_over = threading.Event()
    with api_server() as api, service() as balancer:

        def work() -> None:
            while not is_over.wait(0.02):
                api.step()

        def forward(handler: BaseHTTPRequestHandler, running: Service) -> None:
            form = {name: values[0] for name, values in parse_qs(running.asked[-1].content).items()}
            status, body = api.call_service(NAMESPACE, "scores", form)
            answer(handler, body, status)

        balancer.answering = forward
        config = directory / "kubeconfig"
        config.write_text(kubeconfig(api.url))
        controllers = threading.Thread(target=work)
        controllers.start()
        try:
            yield Cluster(api, balancer, config)
        finally:
            is_over.set()
            controllers.join()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("operator")
    with LocalPlatform(0, state=directory / ".augury" / "local.json", runs_in_background=False) as platform:
        yield World(platform, directory)


@pytest.fixture(autouse=True)
def in_directory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the operator's directory, and have a second take a tenth of one."""
    monkeypatch.chdir(world.directory)
    monkeypatch.setattr(WallClock, "sleep", lambda _, seconds: time.sleep(seconds / FASTER))


@pytest.fixture(scope="module")
def acme(world: World) -> Caller:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(world.directory)
        acme = world.client("acme")
        world.add(acme, "1")
    return acme


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with running_cluster(tmp_path) as running:
        yield running


def deploy(cluster: Cluster, version: str, *options: str) -> str:
    return augury("deploy", "scores", IMAGE, digest(version), "acme", *cluster.options(), *options)


def refused(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["--profile", "local", *arguments])
    assert outcome.exit_code == 1, outcome.output
    return str(outcome.exception)


def failing_half(form: dict[str, str]) -> tuple[int, bytes]:
    """Answer the first question well, and every second one after it not at all."""
    failing_half.asked = getattr(failing_half, "asked", 0) + 1  # type: ignore[attr-defined]
    return (500, b"a stack trace") if failing_half.asked % 2 == 0 else flower("planted")(form)  # type: ignore[attr-defined]


def test_deploy_canary_with_planted_errors_and_rollback_without_one_failed_prediction(
    acme: Caller, cluster: Cluster, record_testsuite_property: Callable[[str, object], None]
) -> None:
    keys = [f"user-{n}" for n in range(20)]
    cluster.api.containers = {"1": failing_half, "2": flower("two"), "3": flower("three")}
    with constant_load(acme, callers=2) as statuses:
        told = refused("deploy", "scores", IMAGE, digest("1"), "acme", *cluster.options(), "--pipeline", "iris")
        assert "calls failed, more than 1%" in told
        assert "Who answered the calls of iris before answers all of them again" in told
        acme.ask_until(lambda: {acme.variation(key) for key in keys} == {"default"})
        planted = len(statuses)

        deploy(cluster, "2", "--pipeline", "iris")
        acme.ask_until(lambda: {acme.variation(key) for key in keys} == {"scores"})
        deploy(cluster, "3", "--pipeline", "iris")
        acme.ask_until(lambda: acme.ask()[1]["meta"]["modelName"] == "three")

        shown = augury("pipeline", "rollback", "acme", "iris", "--to", "1")
        acme.ask_until(lambda: {acme.variation(key) for key in keys} == {"default"})
        augury("undeploy", "scores", "acme", *cluster.options()[:4])
    record_testsuite_property("predictions while a microservice was deployed, failed and went", len(statuses))
    assert set(statuses) == {200}
    assert planted > 50
    assert "default" in shown
    assert cluster.api.find("deployments", NAMESPACE) == []
    assert cluster.api.find("services", NAMESPACE) == []


def test_a_dry_run_shows_the_steps_and_does_none(acme: Caller, cluster: Cluster) -> None:
    shown = deploy(cluster, "2", "--pipeline", "iris", "--ratio", "0.5", "--dry-run")
    for words in ("apply NetworkPolicy scores", "speaks the contract", "let scores answer 50% of the calls of iris"):
        assert words in shown
    assert "Nothing was changed." in shown
    planned = json.loads(deploy(cluster, "2", "--pipeline", "iris", "--ratio", "0.5", "--dry-run", "--json"))
    assert planned["done"] is False
    assert planned["image"] == f"{IMAGE}@{digest('2')}"
    assert [one["share"] for one in planned["steps"] if one["step"] == "answer"] == [0.1, 0.5]
    assert cluster.api.objects == {}


@pytest.mark.parametrize(
    ("container", "why"),
    [
        (MissingImage(), "ImagePullBackOff"),
        (Crashing(), "CrashLoopBackOff"),
        (lambda form: (200, b'{"score": 0.5}'), "predictions must be a list"),
    ],
)
def test_an_unfit_image_is_an_error_with_the_command_that_goes_on(
    acme: Caller, cluster: Cluster, container: Any, why: str
) -> None:
    cluster.api.containers = {"1": container}
    told = refused("deploy", "scores", IMAGE, digest("1"), "acme", *cluster.options(), "--pipeline", "iris")
    assert why in told
    assert f"Go on with `augury --profile local deploy scores {IMAGE} {digest('1')} acme --target eks" in told
    assert "--rollback`" in told
    assert acme.variation() == "default"


def test_a_service_that_is_all_that_answers_is_not_removed_unless_forced(world: World, cluster: Cluster) -> None:
    cluster.api.containers = {"2": flower("two")}
    world.client("solo")
    options = cluster.options()
    augury("deploy", "alone", IMAGE, digest("2"), "solo", *options)
    told = refused("undeploy", "alone", "solo", *options[:4])
    assert "alone is all that answers pipeline alone" in told
    assert "promote" in told
    assert "Nothing was changed." in augury("undeploy", "alone", "solo", *options[:4], "--force", "--dry-run")
    assert cluster.api.find("deployments", "augury-local-solo") != []
    augury("undeploy", "alone", "solo", *options[:4], "--force")
    assert cluster.api.find("deployments", "augury-local-solo") == []


def test_rolling_back_what_is_not_half_done_says_what_goes_further_back(acme: Caller, cluster: Cluster) -> None:
    told = deploy(cluster, "2", "--pipeline", "iris", "--rollback")
    assert "Nothing is half done" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Scores", IMAGE, "1", "acme"], "name of a service 'Scores' is not valid"),
        (["scores", "Image:1", "1", "acme"], "IMAGE 'Image:1' is no name of an image"),
        (["scores", IMAGE, "a b", "acme"], "VERSION 'a b' is neither a tag"),
        (["scores", IMAGE, "1", "nobody"], "there is no client 'nobody'"),
        (["scores", IMAGE, "1", "acme"], "not in Elastic Container Registry"),
        (["scores", IMAGE, "1", "acme", "--push"], "has no repository for images"),
        (["scores", IMAGE, digest("1"), "acme", "--target", "eks", "--kubeconfig", "none"], "may not call scores."),
        (["scores", IMAGE, "1", "acme", "--memory", "5"], "--memory is 5"),
        (["scores", IMAGE, "1", "acme", "--timeout", "60"], "--timeout is 60"),
        (["scores", IMAGE, "1", "acme", "--env", "MODE"], "write it as KEY=VALUE"),
        (["scores", IMAGE, "1", "acme", "--env", "AWS_KEY=1"], "no variable that an image can be given"),
        (["scores", IMAGE, digest("1"), "acme", "--target", "eks", "--canary", "0.5,0.1"], "--canary takes growing"),
        (
            ["scores", IMAGE, digest("1"), "acme", "--target", "eks", "--sample", "[1]"],
            "--sample must be a JSON object",
        ),
        (["scores", IMAGE, digest("1"), "acme", "--target", "eks", "--domain", "x"], "--domain 'x' is no name"),
        (["scores", IMAGE, digest("1"), "acme", "--target", "eks", "--replicas", "0"], "--replicas"),
        (["scores", "123456789012.dkr.ecr.us-east-1.amazonaws.com/none", "1", "acme"], "there is no image"),
        (["scores", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/none", "1", "acme"], "of its own region"),
    ],
)
def test_what_cannot_be_deployed_is_said_in_one_line(
    acme: Caller, cluster: Cluster, arguments: list[str], message: str
) -> None:
    if "none" in arguments:
        arguments = [str(cluster.config) if one == "none" else one for one in arguments]
    assert message in refused("deploy", *arguments)
