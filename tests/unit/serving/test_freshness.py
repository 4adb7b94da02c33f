"""Values that stay fresh without their readers waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from augury.serving.freshness import RefreshingCache


class Source:
    """What is read from, on a clock and in a background that the test steps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.value: str | None = "old"
        self.fails = False
        self.reads = 0
        self.waiting: list[Callable[[], None]] = []
        self.prepared: list[str] = []
        self.at_once = True

    def read(self, key: str, known: str | None) -> str | None:
        self.reads += 1
        if self.fails:
            raise ConnectionError(key)
        return self.value

    def submit(self, call: Callable[[], None]) -> None:
        if self.at_once:
            call()
        else:
            self.waiting.append(call)

    def run_waiting(self) -> None:
        calls, self.waiting = self.waiting, []
        for call in calls:
            call()

    def cache(self, **options: int) -> RefreshingCache[str, str]:
        return RefreshingCache(
            self.read,
            fresh_s=5,
            oldest_s=10,
            prepare=lambda _, value: self.prepared.append(value),
            patience_s=0,
            now=lambda: self.now,
            submit=self.submit,
            **options,
        )


@pytest.fixture
def source() -> Source:
    return Source()


def test_a_fresh_value_is_not_read_again(source: Source) -> None:
    cache = source.cache()
    assert [cache.get("a") for _ in range(3)] == ["old"] * 3
    source.now += 4.9
    assert (cache.get("a"), source.reads) == ("old", 1)


def test_a_value_past_its_best_is_answered_while_it_is_read_once(source: Source) -> None:
    cache = source.cache()
    cache.get("a")
    source.value, source.at_once = "new", False
    source.now += 6
    assert [cache.get("a") for _ in range(3)] == ["old"] * 3
    assert len(source.waiting) == 1
    source.run_waiting()
    assert cache.get("a") == "new"


def test_a_change_is_seen_by_every_reader_within_the_greatest_age(source: Source) -> None:
    cache = source.cache()
    cache.get("a")
    source.value = "new"
    source.now += 10
    assert cache.get("a") == "new"


def test_a_changed_value_is_prepared_before_it_is_answered(source: Source) -> None:
    cache = source.cache()
    cache.get("a")
    assert source.prepared == []
    seen: list[str | None] = []
    source.value = "new"
    slow = RefreshingCache[str, str](
        source.read, fresh_s=5, oldest_s=10, patience_s=0, now=lambda: source.now, submit=source.submit,
        prepare=lambda key, _: seen.append(slow.get(key)),
    )  # fmt: skip
    source.value = "old"
    slow.get("a")
    source.value = "new"
    source.now += 6
    slow.get("a")
    assert seen == ["old"], "while it was prepared, the old one answered"
    assert slow.get("a") == "new"


def test_one_that_takes_too_long_to_prepare_is_answered_unprepared(source: Source) -> None:
    later: list[str | None] = []

    def prepare(key: str, value: str) -> None:
        source.now += 5
        later.append(cache.get(key))

    cache = RefreshingCache[str, str](
        source.read, fresh_s=5, oldest_s=10, patience_s=0, now=lambda: source.now, submit=source.submit, prepare=prepare
    )
    cache.get("a")
    source.value = "new"
    source.now += 6
    cache.get("a")
    assert later == ["new"]


@pytest.mark.parametrize("age_s", [6, 11, 86_400])
def test_what_is_known_outlives_what_it_is_read_from(source: Source, age_s: float) -> None:
    cache = source.cache()
    cache.get("a")
    source.fails = True
    source.now += age_s
    assert [cache.get("a") for _ in range(5)] == ["old"] * 5
    assert source.reads == 2, "a failing source is left alone for a while"
    source.fails, source.value = False, "new"
    source.now += 10
    assert cache.get("a") == "new"


def test_a_source_that_hangs_holds_nobody_who_knows_a_value(source: Source) -> None:
    cache = source.cache()
    cache.get("a")
    source.at_once = False
    source.now += 60
    assert cache.get("a") == "old"
    source.value = "new"
    source.run_waiting()
    assert cache.get("a") == "new"


def test_what_was_never_known_fails_as_its_source_does_and_is_tried_again(source: Source) -> None:
    cache = source.cache()
    source.fails = True
    for _ in range(2):
        with pytest.raises(ConnectionError):
            cache.get("a")
    source.fails = False
    assert cache.get("a") == "old"


def test_that_there_is_nothing_is_not_remembered(source: Source) -> None:
    cache = source.cache()
    source.value = None
    assert cache.get("a") is None
    source.value = "here"
    assert cache.get("a") == "here"
    source.value = None
    source.now += 10
    assert cache.get("a") is None


def test_what_is_not_there_takes_no_room_from_what_is(source: Source) -> None:
    cache = source.cache(max_entries=2)
    cache.get("a")
    source.value = None
    for number in range(10):
        assert cache.get(f"missing-{number}") is None
    assert (cache.get("a"), source.reads) == ("old", 11)


def test_an_answer_that_was_slept_through_is_asked_for_again(source: Source) -> None:
    cache = source.cache()
    cache.get("a")
    source.at_once = False
    source.now += 6
    cache.get("a")
    (asked_before_the_sleep,) = source.waiting
    source.waiting.clear()
    read = source.read

    def slept_through(key: str, known: str | None) -> str | None:
        heard = read(key, known)
        source.now += 3_600
        source.value = "new"
        return heard

    cache._read = slept_through
    asked_before_the_sleep()
    cache._read = read
    source.at_once = True
    assert cache.get("a") == "new"


def test_it_keeps_no_more_than_it_may(source: Source) -> None:
    cache = source.cache(max_entries=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key)
    assert source.reads == 4, "b gave way to c, and was read again"


def test_readers_that_come_together_share_one_read() -> None:
    reads: list[str] = []
    together, may_end = threading.Barrier(9), threading.Event()

    def read(key: str, known: str | None) -> str:
        reads.append(key)
        may_end.wait(10)
        return "value"

    cache = RefreshingCache[str, str](read, fresh_s=5, oldest_s=10)
    answers: list[str | None] = []

    def ask() -> None:
        together.wait()
        answers.append(cache.get("a"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    together.wait()
    may_end.set()
    for thread in threads:
        thread.join()
    assert (reads, answers) == (["a"], ["value"] * 8)
