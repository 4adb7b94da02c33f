"""Taking a microservice down: who still needs it, and a removal that breaks off."""

from __future__ import annotations

import pytest

from augury.aws import Table
from augury.deployment import Commands, DeployLock, Kind, carry_out
from augury.deployment.removal import SETTLED_S, RemovalRefused, RemovalWork, Resource, plan_removal
from augury.names import ServiceName
from augury.registry import HttpTarget, LambdaTarget, Registry, Target, plan_promotion
from tests.unit.deployment.clocks import SteppedClock
from tests.unit.deployment.lambda_world import ACME, SCORES, Killed

NAME = ServiceName("scores")
OURS = HttpTarget(url="https://ours.example.com")
THEIRS = LambdaTarget(function="theirs")


def is_ours(target: Target) -> bool:
    return target == OURS


class World:
    """A registry, and what a microservice consists of."""

    def __init__(self, table: Table) -> None:
        self.table, self.registry, self.clock = table, Registry(table), SteppedClock()
        self.there = {"function": True, "role": True}

    def promote(self, target: Target, label: str, share: float = 1.0, *fallbacks: Target) -> None:
        current = self.registry.deployment(ACME, SCORES)
        change = plan_promotion(current, SCORES, target, share=share, label=label, fallbacks=fallbacks)
        self.registry.carry_out(ACME, change)

    def remove(self, *, force: bool = False, killed_at: str | None = None) -> list[Kind]:
        resources = [Resource(name, is_there) for name, is_there in self.there.items()]
        plan = plan_removal(NAME, ACME, self.registry.deployments(ACME), is_ours, resources, force=force)

        def removing(name: str) -> None:
            if name == killed_at:
                raise Killed
            self.there[name] = False

        lock = DeployLock(self.table, ACME, NAME, holder="ann", run="r", clock=self.clock)
        removals = {name: (lambda name=name: removing(name)) for name in self.there}
        work = RemovalWork(
            client=ACME, registry=self.registry, removals=removals, lock=lock, clock=self.clock, by="ann"
        )
        with lock:
            carry_out(plan, work, commands=Commands("augury undeploy …"), report=lambda step: None)
        return [step.kind for step in plan.remaining]

    def labels(self) -> list[str]:
        found = self.registry.deployment(ACME, SCORES)
        return [one.label for one in found.variations] if found else []


@pytest.fixture
def world(table: Table) -> World:
    return World(table)


def test_nobody_calls_it_any_more_before_it_goes(world: World) -> None:
    world.promote(THEIRS, "theirs")
    world.promote(OURS, "scores", 0.5)
    seen: list[tuple[list[str], bool]] = []
    world.clock.meanwhile = lambda seconds: seen.append((world.labels(), world.there["function"]))
    assert world.remove() == [Kind.WITHDRAW, Kind.WAIT, Kind.REMOVE, Kind.REMOVE]
    assert seen == [(["theirs"], True)]
    assert world.clock.slept == [SETTLED_S]
    assert not any(world.there.values())


def test_what_is_all_that_answers_stays_unless_forced(world: World) -> None:
    world.promote(OURS, "scores")
    with pytest.raises(RemovalRefused, match="scores is all that answers pipeline scores"):
        world.remove()
    assert all(world.there.values())
    world.remove(force=True)
    assert not any(world.there.values())
    assert world.labels() == ["scores"], "a pipeline has at least one that answers"


def test_what_others_fall_back_on_stays(world: World) -> None:
    world.promote(THEIRS, "theirs", 1.0, OURS)
    with pytest.raises(RemovalRefused, match="variation theirs of pipeline scores falls back on scores"):
        world.remove()


@pytest.mark.parametrize("killed_at", ["function", "role"])
def test_a_removal_that_broke_off_is_gone_on_with(world: World, killed_at: str) -> None:
    world.promote(THEIRS, "theirs")
    world.promote(OURS, "scores", 0.5)
    with pytest.raises(Killed):
        world.remove(killed_at=killed_at)
    world.remove()
    assert not any(world.there.values())
    assert world.labels() == ["theirs"]


def test_what_is_gone_is_not_waited_for(world: World) -> None:
    world.promote(THEIRS, "theirs")
    world.there = {"function": False, "role": False}
    assert world.remove() == []
    assert world.clock.slept == []
