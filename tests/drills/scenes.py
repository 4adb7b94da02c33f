"""The drills: each turns something under load, says what it saw, and gives back the requests to judge."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from augury.registry import PipelineTarget
from augury.registry.targets import HttpTarget
from tests.drills.load import Asked, Load
from tests.drills.world import BROKEN, COLD, IRIS, NEW, NEW_ANSWER, OLD, OLD_ANSWER, STEADY, World
from tests.services import be_silent, service

_BROKEN_PIPELINE, _TIMED_OUT = 503, 504
_TARGET_TIMEOUT_S = 0.3
_SLOW_S = 0.7
_SLOWLY_LOADED_S = 5.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a drill did.

    Parameters
    ----------
    asked : sequence of Asked
        Every request.
    wrong : sequence of Asked
        Those that failed and should not have, or were answered by what should not have answered.
    asked_again : int
        Requests whose connection ended before an answer came, and that were sent once more.
    seen : str
        What the drill saw of its own doing.
    """

    asked: Sequence[Asked]
    wrong: Sequence[Asked]
    asked_again: int
    seen: str


class NothingHappened(AssertionError):
    """What a drill was to bring about did not come, so that it proves nothing."""


type Drill = Callable[[World], Outcome]


def promote(world: World) -> Outcome:
    """Another version gets all calls."""
    world.promote_version(OLD)
    load = world.load(IRIS)
    with load.running():
        _wait(world.spread_s)
        changed_at = time.monotonic()
        world.promote_version(NEW)
        _wait(world.spread_s + 1)
    return _changed(load, changed_at, OLD_ANSWER, NEW_ANSWER, world)


def roll_back(world: World) -> Outcome:
    """The version before comes back."""
    world.promote_version(OLD)
    world.promote_version(NEW)
    load = world.load(IRIS)
    with load.running():
        _wait(world.spread_s)
        changed_at = time.monotonic()
        world.roll_back(IRIS)
        _wait(world.spread_s + 1)
    return _changed(load, changed_at, NEW_ANSWER, OLD_ANSWER, world)


def grow_a_canary(world: World) -> Outcome:
    """A new version gets 1%, 50% and all of the calls; who once got it keeps it."""
    world.promote_version(OLD)
    load, shares = world.load(IRIS, keys=1000), list[str]()
    with load.running():
        _wait(world.spread_s)
        settled = len(load.asked)
        for share in (0.01, 0.5, 1.0):
            world.promote_version(NEW, share)
            _wait(world.spread_s)
            began = len(load.asked)
            _wait(max(world.seconds, 2.0))
            shares.append(_share(load.asked[began:], share))
    wrong = [*_not_answered(load.asked), *_taken_back(load.asked[settled:])]
    return Outcome(load.asked, wrong, load.asked_again, f"new version got {', '.join(shares)}")


def publish_what_is_broken(world: World) -> Outcome:
    """A version whose model is not what was signed is promoted, and rolled back: nobody else notices."""
    world.promote_version(OLD)
    load, bystander = world.load(IRIS), world.load(STEADY)
    with load.running(), bystander.running():
        _wait(world.spread_s)
        promoted_at = time.monotonic()
        world.promote_version(BROKEN)
        _wait(world.spread_s + world.seconds)
        repaired_at = time.monotonic()
        world.roll_back(IRIS)
        _wait(world.spread_s + world.seconds)
    settled = repaired_at + world.spread_s
    meanwhile = [one for one in load.asked if promoted_at <= one.ended and one.at < settled]
    wrong = _not_answered(
        [*bystander.asked, *(one for one in load.asked if one.ended < promoted_at or one.at > settled)]
    )
    wrong += [one for one in meanwhile if one.status not in (200, _BROKEN_PIPELINE)]
    refused = sum(one.status == _BROKEN_PIPELINE for one in meanwhile)
    if not refused:
        raise NothingHappened("the broken version was never called")
    return _of([load, bystander], wrong, f"{refused} calls of its own pipeline answered 503")


def slow_s3(world: World) -> Outcome:
    """S3 takes seconds while a version is promoted: the old one answers until the new one is loaded."""
    world.promote_version(OLD)
    load = world.load(IRIS)
    with load.running(), world.another_server() as fresh:  # one that has not loaded the new version yet
        load.ports = lambda: [fresh.port]
        _wait(world.spread_s)
        with world.s3.slow(_SLOW_S):
            changed_at = time.monotonic()
            world.promote_version(NEW)
            _wait(world.spread_s + _SLOWLY_LOADED_S)
        load.ports = world.ports
    return _changed(load, changed_at, OLD_ANSWER, NEW_ANSWER, world, within_s=world.spread_s + _SLOWLY_LOADED_S)


def s3_fails(world: World) -> Outcome:
    """S3 fails: what is loaded answers, and what is not says 503 until S3 is back."""
    loaded, unloaded = world.load(STEADY), world.load(COLD)
    with world.another_server() as fresh:
        loaded.ports = unloaded.ports = lambda: [fresh.port]
        with loaded.running():
            _wait(1)
            with world.s3.down():
                with unloaded.running():
                    _wait(max(world.seconds, 2.0))
                unloaded_then = list(unloaded.asked)
            again = world.load(COLD)
            again.ports = loaded.ports
            _wait(world.spread_s)
            with again.running():
                _wait(world.seconds)
    refused = [one for one in unloaded_then if one.status == _BROKEN_PIPELINE]
    if not refused or not world.s3.refused:
        raise NothingHappened("S3 was not asked while it failed")
    wrong = _not_answered([*loaded.asked, *again.asked])
    wrong += [one for one in unloaded_then if one.status != _BROKEN_PIPELINE]
    return _of([loaded, unloaded, again], wrong, f"{len(refused)} calls of the unloaded pipeline answered 503")


def dynamodb_fails(world: World) -> Outcome:
    """The registry does not answer for a while: what is known goes on answering."""
    load = world.load(STEADY)
    with load.running():
        _wait(1)
        with world.dynamodb.down():
            _wait(world.spread_s + world.seconds)
        _wait(1)
    if not world.dynamodb.refused:
        raise NothingHappened("DynamoDB was not asked while it failed")
    return _of([load], _not_answered(load.asked), f"{world.dynamodb.refused} reads of the table failed")


def target_times_out(world: World) -> Outcome:
    """A service is silent: its own pipeline says 504, the other pipelines notice nothing."""
    world.promote_version(OLD)
    bystander, load = world.load(STEADY), world.load(IRIS)
    with service() as silent, bystander.running():
        silent.answering = be_silent
        world.promote(IRIS, HttpTarget(url=silent.url(), timeout_s=_TARGET_TIMEOUT_S))
        _wait(world.spread_s)
        with load.running():
            _wait(max(world.seconds, 2.0))
        world.roll_back(IRIS)
        _wait(world.spread_s)
    late = sum(one.status == _TIMED_OUT for one in load.asked)
    if not late:
        raise NothingHappened("the silent service was not waited for")
    wrong = _not_answered(bystander.asked) + [one for one in load.asked if one.status not in (502, _TIMED_OUT, 503)]
    return _of([load, bystander], wrong, f"{late} of its {len(load.asked)} calls answered 504")


def target_times_out_with_a_fallback(world: World) -> Outcome:
    """A service is silent, and a version stands behind it: everybody is answered."""
    world.promote_version(OLD)
    load = world.load(IRIS)
    with service() as silent:
        silent.answering = be_silent
        target = HttpTarget(url=silent.url(), timeout_s=_TARGET_TIMEOUT_S)
        world.promote(IRIS, target, fallbacks=[PipelineTarget(version=NEW)])
        _wait(world.spread_s)
        with load.running():
            _wait(max(world.seconds, 2.0))
        called = len(silent.asked)
    if not called:
        raise NothingHappened("the silent service was not called")
    wrong = [one for one in load.asked if one.status != 200 or one.likeliest != NEW_ANSWER]
    return _of([load], wrong, f"{called} calls fell to the version behind it")


def replace_the_server(world: World) -> Outcome:
    """A server is told to end while another takes its place."""
    world.promote_version(OLD)
    load = world.load(IRIS)
    ports = list[int]()
    load.ports = lambda: ports
    with world.another_server() as old, world.another_server() as new:
        ports.append(old.port)
        with load.running():
            _wait(max(world.seconds, 2.0))
            ports.append(new.port)
            ended_with = old.terminate()
            _wait(world.seconds)
    if ended_with != 0:
        raise NothingHappened(f"the old server ended with {ended_with}: {old.logged[-3:]}")
    return _of([load], _not_answered(load.asked), "the old server ended with 0")


DRILLS: dict[str, Drill] = {
    drill.__name__.replace("_", "-"): drill
    for drill in (
        promote,
        grow_a_canary,
        roll_back,
        publish_what_is_broken,
        slow_s3,
        s3_fails,
        dynamodb_fails,
        target_times_out,
        target_times_out_with_a_fallback,
        replace_the_server,
    )
}


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def _of(loads: Iterable[Load], wrong: Sequence[Asked], seen: str) -> Outcome:
    asked = [one for load in loads for one in load.asked]
    return Outcome(asked, wrong, sum(load.asked_again for load in loads), seen)


def _not_answered(asked: Iterable[Asked]) -> list[Asked]:
    return [one for one in asked if one.status != 200]


def _changed(
    load: Load, changed_at: float, before: str, after: str, world: World, within_s: float | None = None
) -> Outcome:
    """Judge a change from one answer to another, which must be everywhere within its time."""
    limit = changed_at + (world.spread_s if within_s is None else within_s)
    answered = [one for one in load.asked if one.status == 200]
    new = [one for one in answered if one.likeliest == after]
    if not new or not any(one.likeliest == before for one in answered):
        raise NothingHappened("the change was never seen")
    first = min(one.ended for one in new) - changed_at
    last = max(one.at for one in answered if one.likeliest == before) - changed_at
    late = [one for one in answered if one.at > limit and one.likeliest != after]
    early = [one for one in new if one.ended < changed_at]
    seen = f"first seen after {first:.1f} s, everywhere after {max(last, first):.1f} s"
    return Outcome(load.asked, [*_not_answered(load.asked), *late, *early], load.asked_again, seen)


def _share(asked: Iterable[Asked], expected: float) -> str:
    """Return the share of callers that the new version has, which must be what sampling allows."""
    keys = {one.key: one.likeliest for one in asked if one.status == 200}
    got = sum(answer == NEW_ANSWER for answer in keys.values()) / len(keys)
    spread = math.sqrt(expected * (1 - expected) / len(keys))
    if abs(got - expected) > 5 * spread + 1e-9:
        raise NothingHappened(f"{got:.1%} of the callers got the new version, not {expected:.0%}")
    return f"{got:.1%} of {expected:.0%}"


def _taken_back(asked: Iterable[Asked]) -> Iterator[Asked]:
    """Yield the answers of the old version to callers who had the new one before."""
    has_new_since = defaultdict[str, float](lambda: math.inf)
    for one in sorted((one for one in asked if one.status == 200), key=lambda one: one.ended):
        if one.likeliest == NEW_ANSWER:
            has_new_since[one.key] = min(has_new_since[one.key], one.ended)
        elif one.at > has_new_since[one.key]:
            yield one
