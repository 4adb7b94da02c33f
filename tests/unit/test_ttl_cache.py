"""Values that are believed for a while."""

from __future__ import annotations

from augury.ttl_cache import TtlCache


def test_a_value_ends_with_its_time() -> None:
    now = [0.0]
    cache = TtlCache[str, int](60, now=lambda: now[0])
    cache.put("a", 1)

    now[0] = 59.9
    assert cache.get("a") == 1
    now[0] = 60.0
    assert cache.get("a") is None


def test_reading_a_value_does_not_prolong_it() -> None:
    now = [0.0]
    cache = TtlCache[str, int](60, now=lambda: now[0])
    looked_up = iter([1, 2])
    for now[0] in (0.0, 40.0):
        assert cache.get_or_put("a", lambda: next(looked_up)) == 1

    now[0] = 61.0
    assert cache.get_or_put("a", lambda: next(looked_up)) == 2


def test_the_oldest_value_gives_way() -> None:
    cache = TtlCache[int, int](60, max_entries=2)
    for key in range(3):
        cache.put(key, key)
    assert [cache.get(key) for key in range(3)] == [None, 1, 2]


def test_what_is_not_found_is_looked_up_again() -> None:
    cache = TtlCache[str, int](60)
    answers = iter([None, 7])
    assert [cache.get_or_put("a", lambda: next(answers)) for _ in range(2)] == [None, 7]
