"""Calls that nobody waits for are bounded in number and in time."""

from __future__ import annotations

import threading

from augury.serving import ShadowCalls


def test_what_is_beyond_the_bound_is_dropped_and_counted() -> None:
    may_end = threading.Event()
    made: list[int] = []
    calls = ShadowCalls(workers=1, most_waiting=3)

    def call(number: int) -> None:
        may_end.wait(20)
        made.append(number)

    for number in range(10):
        calls.submit(lambda number=number: call(number))  # type: ignore[misc]
    assert calls.dropped == 7
    may_end.set()
    assert calls.drain(within_s=20)
    assert made == [0, 1, 2]


def test_a_call_that_waited_too_long_is_not_made() -> None:
    now = [0.0]
    may_end, is_made = threading.Event(), threading.Event()
    calls = ShadowCalls(workers=1, oldest_s=5, now=lambda: now[0])
    calls.submit(lambda: bool(may_end.wait(20)))  # type: ignore[arg-type]
    calls.submit(is_made.set)
    now[0] = 6
    may_end.set()
    assert calls.drain(within_s=20)
    assert (is_made.is_set(), calls.dropped) == (False, 1)


def test_one_that_fails_does_not_keep_others_from_being_made() -> None:
    is_made = threading.Event()
    calls = ShadowCalls(workers=1)

    def fail() -> None:
        raise ZeroDivisionError

    calls.submit(fail)
    calls.submit(is_made.set)
    assert calls.drain(within_s=20)
    assert is_made.is_set()
