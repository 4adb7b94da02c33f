"""Look-ups that are believed for a while."""

from __future__ import annotations

import pytest

from augury.aws import AwsUnavailable
from augury.clients.look_ups import CACHE_S, FRESH_S, LookUps
from augury.waiting import MustWait
from tests.unit.clients.conftest import Clock


class Kept:
    """What is kept under some keys; it fails while there is a failure."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {"a": 1}
        self.failure: BaseException | None = None
        self.asked = 0

    def __call__(self, key: str) -> int | None:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.values.get(key)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def look_ups(kept: Kept, clock: Clock) -> LookUps[str, int]:
    return LookUps(kept, clock)


def test_what_is_fresh_is_not_looked_up_again(look_ups: LookUps[str, int], kept: Kept, clock: Clock) -> None:
    assert look_ups.get("a") == 1
    clock.now_s += FRESH_S - 1
    assert (look_ups.get("a"), kept.asked) == (1, 1)


def test_what_is_no_longer_fresh_is_looked_up_again(look_ups: LookUps[str, int], kept: Kept, clock: Clock) -> None:
    look_ups.get("a")
    kept.values["a"] = 2
    clock.now_s += FRESH_S
    assert look_ups.get("a") == 2


def test_that_there_is_nothing_is_not_remembered(look_ups: LookUps[str, int], kept: Kept) -> None:
    assert look_ups.get("b") is None
    kept.values["b"] = 2
    assert look_ups.get("b") == 2


def test_what_is_gone_is_not_believed_again_when_look_ups_fail(
    look_ups: LookUps[str, int], kept: Kept, clock: Clock
) -> None:
    look_ups.get("a")
    del kept.values["a"]
    clock.now_s += FRESH_S
    assert look_ups.get("a") is None
    kept.failure = AwsUnavailable("down")
    with pytest.raises(AwsUnavailable):
        look_ups.get("a")


def test_while_look_ups_fail_the_last_is_believed_and_they_are_made_now_and_then(
    look_ups: LookUps[str, int], kept: Kept, clock: Clock
) -> None:
    look_ups.get("a")
    clock.now_s += FRESH_S
    kept.failure = AwsUnavailable("down")
    for _ in range(100):
        assert look_ups.get("a") == 1
    assert kept.asked == 2
    clock.now_s += 2
    assert (look_ups.get("a"), kept.asked) == (1, 3)


def test_what_is_too_old_is_not_believed(look_ups: LookUps[str, int], kept: Kept, clock: Clock) -> None:
    look_ups.get("a")
    clock.now_s += CACHE_S
    kept.failure = AwsUnavailable("down")
    with pytest.raises(AwsUnavailable):
        look_ups.get("a")


def test_a_look_up_that_has_to_wait_elsewhere_is_made_there(
    look_ups: LookUps[str, int], kept: Kept, clock: Clock
) -> None:
    look_ups.get("a")
    kept.values["a"] = 2
    clock.now_s += FRESH_S
    kept.failure = MustWait()
    with pytest.raises(MustWait):
        look_ups.get("a")
    kept.failure = None
    assert look_ups.get("a") == 2
