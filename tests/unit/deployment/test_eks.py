"""A client's image on a Kubernetes cluster: its steps, and every way in which they can end early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from augury.aws import Table
from augury.deployment import (
    Commands,
    Contract,
    DeployLock,
    DeploymentFailed,
    Kind,
    Microservice,
    Rollout,
    Step,
    carry_out,
)
from augury.deployment.cluster import Cluster, ClusterUnavailable
from augury.deployment.eks_plan import ClusterOptions, eks_answering
from augury.deployment.eks_work import EksWork
from augury.deployment.lock import LEASE_S
from augury.registry import HttpTarget, LambdaTarget, PipelineDeployment, Registry, plan_promotion
from tests.api_server import ApiServer, Crashing, MissingImage, Unhealthy, api_server, kubeconfig
from tests.unit.deployment.clocks import SteppedClock
from tests.unit.deployment.lambda_world import ACME, SCORES, Killed, find_problem, microservice

COMMANDS = Commands("augury deploy …", "augury deploy … --rollback")
NAMESPACE = "augury-dev-acme"


def answering(name: str) -> Any:
    body = {"meta": {"modelName": name}, "predictions": [{"prediction": 1, "predictedClass": None, "confidence": None}]}
    return lambda form: (200, orjson.dumps(body))


class CountedCluster(Cluster):
    """A cluster whose caller is killed at some call."""

    until_killed: int | None = None

    def _call(self, *arguments: Any) -> tuple[int, bytes]:
        if self.until_killed is not None:
            self.until_killed -= 1
            if self.until_killed < 0:
                raise Killed
        return super()._call(*arguments)


@dataclass
class World:
    """A cluster, a table, and a clock that lets the cluster work while it is waited for."""

    api: ApiServer
    cluster: CountedCluster
    table: Table
    clock: SteppedClock
    runs: int = 0

    @property
    def registry(self) -> Registry:
        return Registry(self.table)

    def work(self, service: Microservice, **changes: Any) -> EksWork:
        self.runs += 1
        options = changes.pop("options", ClusterOptions())
        lock = DeployLock(self.table, ACME, service.name, holder="ann", run=f"run-{self.runs}", clock=self.clock)
        arguments: dict[str, Any] = {
            "service": service,
            "options": options,
            "cluster": self.cluster,
            "registry": self.registry,
            "answering": eks_answering(service, options.url(service), SCORES, changes.pop("share", None)),
            "rollout": Rollout(watch_s=20),
            "contract": Contract(find_problem, {"f1": 1}),
            "lock": lock,
            "clock": self.clock,
            "by": "ann",
        }
        return EksWork(**arguments | changes)

    def deploy(self, service: Microservice, **changes: Any) -> list[Kind]:
        work, done = self.work(service, **changes), list[Step]()
        with work.lock:
            carry_out(work.plan(), work, commands=COMMANDS, report=done.append)
        return [step.kind for step in done if not step.is_done]

    def answers(self) -> str:
        status, body = self.api.call_service(NAMESPACE, "scores", {"json": "{}"})
        assert status == 200, body
        return str(orjson.loads(body)["meta"]["modelName"])

    def current(self) -> PipelineDeployment:
        found = self.registry.deployment(ACME, SCORES)
        assert found is not None
        return found


@pytest.fixture
def world(table: Table, tmp_path: Path) -> Iterator[World]:
    with api_server() as api:
        api.containers = {"1": answering("one"), "2": answering("two")}
        config = tmp_path / "config"
        config.write_text(kubeconfig(api.url))
        cluster = CountedCluster.of_kubeconfig(str(config))
        assert isinstance(cluster, CountedCluster)
        clock = SteppedClock()
        clock.meanwhile = lambda seconds: api.step()
        yield World(api, cluster, table, clock)


def test_the_first_version_answers_once_its_pods_do(world: World) -> None:
    done = world.deploy(microservice("1"))
    assert done == [
        Kind.APPLY, Kind.APPLY, Kind.CHECK, Kind.APPLY, Kind.APPLY, Kind.APPLY, Kind.ROLL, Kind.SETTLE, Kind.APPLY,
        Kind.ANSWER,
    ]  # fmt: skip
    (variation,) = world.current().variations
    assert variation.target == HttpTarget(url=f"http://scores.{NAMESPACE}.svc.cluster.local:5000/predict")
    assert world.answers() == "one"
    assert [one["metadata"]["name"] for one in world.api.find("pods", NAMESPACE)] == ["scores-1"]
    world.api.step()
    world.api.step()
    assert len(world.api.find("pods", NAMESPACE)) == 2, "as many as the autoscaler wants"


def test_deploying_what_is_deployed_does_nothing(world: World) -> None:
    world.deploy(microservice("1"))
    for _ in range(3):
        world.api.step()
    assert world.deploy(microservice("1")) == []


def test_a_second_version_replaces_the_pods_without_a_gap(world: World) -> None:
    world.deploy(microservice("1"))
    seen: list[str] = []

    def step_and_call(seconds: float) -> None:
        world.api.step()
        seen.append(world.answers())

    world.clock.meanwhile = step_and_call
    done = world.deploy(microservice("2"))
    assert done == [Kind.CHECK, Kind.ROLL, Kind.SETTLE]
    assert set(seen) <= {"one", "two"}
    assert seen[0] == "one"
    assert world.answers() == "two"


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (MissingImage(), "ImagePullBackOff: Back-off pulling image: not found"),
        (Crashing(), "CrashLoopBackOff: it ended with exit code 3"),
        (Unhealthy(), "not ready after 300 s: its health check does not answer"),
        (lambda form: (500, b"oh"), "POST /predict was answered with 500"),
        (lambda form: (200, b"[]"), "predictions must be a list"),
        (lambda form: (422, b'{"error_id": 122, "error_msg": "f1"}'), "refuses the sample: f1"),
    ],
)
def test_an_image_that_is_unfit_is_found_out_in_a_pod_of_its_own(world: World, image: Any, why: str) -> None:
    world.deploy(microservice("1"))
    world.api.containers["2"] = image
    with pytest.raises(DeploymentFailed, match=why) as told:
        world.deploy(microservice("2"))
    assert "Nothing that answers was changed" in str(told.value)
    assert "`augury deploy …`" in str(told.value)
    assert world.answers() == "one"
    assert all("check" not in one["metadata"]["name"] for one in world.api.find("pods", NAMESPACE))
    (deployment,) = world.api.find("deployments", NAMESPACE)
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"].endswith("1")


def test_the_first_version_that_is_unfit_answers_nothing(world: World) -> None:
    world.api.containers["1"] = Crashing()
    with pytest.raises(DeploymentFailed, match="CrashLoopBackOff"):
        world.deploy(microservice("1"))
    assert world.registry.deployment(ACME, SCORES) is None
    assert world.api.find("deployments", NAMESPACE) == []


def test_pods_that_fail_only_once_they_are_many_are_replaced_by_those_before(world: World) -> None:
    world.deploy(microservice("1"))
    asked = 0

    def worse_and_worse(form: dict[str, str]) -> tuple[int, bytes]:
        nonlocal asked
        asked += 1
        return (500, b"out of memory") if asked > 4 else answering("two")(form)

    world.api.containers["2"] = worse_and_worse
    with pytest.raises(DeploymentFailed, match=r"of its .* calls failed, more than 1%.*Pods of the version before"):
        world.deploy(microservice("2"))
    for _ in range(4):
        world.api.step()
    assert {world.answers() for _ in range(4)} == {"one"}
    assert world.deploy(microservice("1")) == []


def test_a_new_service_beside_another_grows_and_is_taken_back(world: World) -> None:
    theirs = plan_promotion(None, SCORES, LambdaTarget(function="theirs"), label="theirs")
    world.registry.carry_out(ACME, theirs)
    asked = 0

    def fail_later(form: dict[str, str]) -> tuple[int, bytes]:
        nonlocal asked
        asked += 1
        return (500, b"") if asked > 8 else answering("one")(form)

    world.api.containers["1"] = fail_later
    with pytest.raises(DeploymentFailed, match=r"Who answered the calls of scores before answers all of them again"):
        world.deploy(microservice("1"), share=0.6)
    assert world.current().variations == theirs.after.variations
    world.api.containers["1"] = answering("one")
    world.deploy(microservice("1"), share=0.6)
    after = world.current()
    assert {one.label: round(after.share(one), 6) for one in after.variations} == {"theirs": 0.4, "scores": 0.6}


def test_a_field_that_somebody_changed_by_hand_is_not_set_back_unasked(world: World) -> None:
    world.deploy(microservice("1"))
    key = ("deployments", NAMESPACE, "scores")
    world.api.objects[key]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = 99
    world.api.own(key, ".template.spec.terminationGracePeriodSeconds", "kubectl-edit")
    with pytest.raises(DeploymentFailed, match='conflict with "kubectl-edit"'):
        world.deploy(microservice("2"))
    assert world.answers() == "one"
    world.deploy(microservice("2"), take_over=True)
    assert world.answers() == "two"


def test_a_cluster_that_is_lost_on_the_way_serves_the_old_version_and_is_gone_on_with(world: World) -> None:
    world.deploy(microservice("1"))
    for lost_after in range(0, 40, 3):
        world.api.requests.clear()
        world.api.lost_after = lost_after
        service = microservice("2", memory_mb=1024 + lost_after)
        with pytest.raises((DeploymentFailed, ClusterUnavailable), match=r"does not answer") as told:
            world.deploy(service)
        if isinstance(told.value, DeploymentFailed):
            assert "What was done stays as it is" in str(told.value)
            assert "Go on with `augury deploy …`" in str(told.value)
        world.api.is_lost, world.api.lost_after = False, None
        assert world.answers() in {"one", "two"}
        world.deploy(service)
        assert world.answers() == "two"


def test_killed_at_any_call_the_service_answers_and_the_same_command_goes_on(world: World) -> None:
    world.deploy(microservice("1"))
    killed = 0
    for number in range(1_000):
        service = microservice("2", memory_mb=1024 + number)
        world.cluster.until_killed = number
        try:
            world.deploy(service)
        except Killed:
            killed += 1
        else:
            break
        world.cluster.until_killed = None
        assert world.answers() in {"one", "two"}
        world.clock.sleep(LEASE_S + 1)
        world.deploy(service)
        assert world.answers() == "two"
        assert all("check" not in one["metadata"]["name"] for one in world.api.find("pods", NAMESPACE))
        assert [one.kind for one in world.work(service).plan().remaining] == []
    world.cluster.until_killed = None
    assert killed > 15


def test_a_deployment_that_broke_off_anywhere_is_rolled_back(world: World) -> None:
    world.deploy(microservice("1"))
    rolled_back = 0
    for number in range(0, 1_000, 2):
        service = microservice("2", memory_mb=1024 + number)
        world.cluster.until_killed = number
        try:
            world.deploy(service)
        except Killed:
            world.cluster.until_killed = None
        else:
            break
        world.clock.sleep(LEASE_S + 1)
        rolled_back += world.work(service).roll_back() is not None
        for _ in range(4):
            world.api.step()
        assert {world.answers() for _ in range(4)} == {"one"}
        assert world.work(microservice("1")).plan().remaining == ()
    assert rolled_back > 3


def test_a_context_that_there_is_not_is_named(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(kubeconfig("http://127.0.0.1:1"))
    with pytest.raises(ValueError, match="--kubeconfig and --context name no cluster"):
        Cluster.of_kubeconfig(str(config), "elsewhere")
    with pytest.raises(ValueError, match="--kubeconfig and --context name no cluster"):
        Cluster.of_kubeconfig(str(tmp_path / "none"))


def test_options_that_cannot_be_are_named() -> None:
    with pytest.raises(ValueError, match="--replicas and --max-replicas"):
        ClusterOptions(replicas=4, most_replicas=3)
    with pytest.raises(ValueError, match="--cpu"):
        ClusterOptions(cpu_m=1)
    with pytest.raises(ValueError, match="--health"):
        ClusterOptions(health_path="health")
