"""A target that keeps failing is left alone."""

from __future__ import annotations

import pytest

from augury.serving.targets import CircuitBreakers


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> CircuitBreakers[str]:
    return CircuitBreakers(failures=3, pause_s=2, longest_pause_s=10, now=clock)


def fail(breakers: CircuitBreakers[str], times: int) -> None:
    for _ in range(times):
        assert breakers.admits("a")
        breakers.failed("a")


def test_it_takes_failures_in_a_row(breakers: CircuitBreakers[str]) -> None:
    for _ in range(5):
        fail(breakers, 2)
        breakers.succeeded("a")
    assert breakers.admits("a")


def test_after_them_nothing_is_called_for_a_while_and_others_are(breakers: CircuitBreakers[str], clock: Clock) -> None:
    fail(breakers, 3)
    clock.now = 1.9
    assert not breakers.admits("a")
    assert breakers.admits("b")


def test_then_one_call_at_a_time_probes_it(breakers: CircuitBreakers[str], clock: Clock) -> None:
    fail(breakers, 3)
    clock.now = 2
    assert breakers.admits("a")
    assert not breakers.admits("a")
    breakers.succeeded("a")
    assert [breakers.admits("a") for _ in range(3)] == [True] * 3


def test_each_failed_probe_doubles_the_pause_up_to_the_longest(breakers: CircuitBreakers[str], clock: Clock) -> None:
    fail(breakers, 3)
    for pause_s in (2, 4, 8, 10, 10):
        clock.now += pause_s - 0.1
        assert not breakers.admits("a")
        clock.now += 0.1
        fail(breakers, 1)


def test_failures_of_calls_that_were_under_way_do_not_keep_a_probe_from_being_made(
    breakers: CircuitBreakers[str], clock: Clock
) -> None:
    fail(breakers, 3)
    breakers.failed("a")
    clock.now = 4
    assert breakers.admits("a")
