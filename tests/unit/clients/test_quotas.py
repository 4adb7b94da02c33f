"""How much a client may send, about."""

from __future__ import annotations

from itertools import count

import pytest

from augury.aws import AwsUnavailable, Table
from augury.clients import Caller, Quota, QuotaLimiter
from augury.clients.quotas import TELL_EVERY_S
from augury.errors import AuguryError, Kind
from augury.names import ClientName
from tests.unit.clients.conftest import Clock


def caller(per_second: int | None = None, per_day: int | None = None, name: str = "acme") -> Caller:
    return Caller(ClientName(name), "key", quota=Quota(per_second, per_day))


def wait_of(limiter: QuotaLimiter, who: Caller, events: int = 1) -> int:
    with pytest.raises(AuguryError) as refused:
        limiter.take(who, events)
    assert (refused.value.kind, refused.value.status) == (Kind.QUOTA, 429)
    assert refused.value.retry_after_s is not None
    return refused.value.retry_after_s


def taken(limiter: QuotaLimiter, who: Caller, events: int = 1) -> bool:
    try:
        limiter.take(who, events)
    except AuguryError:
        return False
    return True


def test_without_a_quota_the_table_is_never_asked(table: Table, clock: Clock) -> None:
    table.name = "missing"
    limiter = QuotaLimiter(table, clock)
    limiter.take(caller(), events=5_000)
    assert limiter._meters.get(ClientName("acme")) is None


def test_a_second_holds_what_it_may_and_the_next_one_again(table: Table, clock: Clock) -> None:
    limiter = QuotaLimiter(table, clock)
    assert [taken(limiter, caller(3)) for _ in range(4)] == [True, True, True, False]
    assert wait_of(limiter, caller(3)) == 1
    clock.now_s += 1
    assert [taken(limiter, caller(3)) for _ in range(4)] == [True, True, True, False]


def test_a_batch_larger_than_a_second_is_let_in_and_paid_back(table: Table, clock: Clock) -> None:
    limiter = QuotaLimiter(table, clock)
    limiter.take(caller(100), events=1_000)
    wait_s = wait_of(limiter, caller(100))
    assert wait_s == 10
    clock.now_s += wait_s
    assert taken(limiter, caller(100))


def test_a_day_ends_at_midnight_utc_and_the_answer_says_when(table: Table, clock: Clock) -> None:
    limiter = QuotaLimiter(table, clock)
    limiter.take(caller(None, 10), events=10)
    wait_s = wait_of(limiter, caller(None, 10))
    assert (clock.now_s + wait_s) % 86_400 == 0
    clock.now_s += wait_s
    assert taken(limiter, caller(None, 10), events=10)


def test_a_batch_that_does_not_fit_the_day_is_refused_and_a_smaller_one_is_not(table: Table, clock: Clock) -> None:
    limiter = QuotaLimiter(table, clock)
    wait_of(limiter, caller(None, 10), events=11)
    assert taken(limiter, caller(None, 10), events=10)


def test_clients_do_not_share_a_quota(table: Table, clock: Clock) -> None:
    limiter = QuotaLimiter(table, clock)
    assert taken(limiter, caller(None, 1, "acme"))
    assert taken(limiter, caller(None, 1, "other"))


def test_processes_learn_of_each_other_when_they_tell(table: Table, clock: Clock) -> None:
    one, another = QuotaLimiter(table, clock), QuotaLimiter(table, clock)
    one.take(caller(None, 100), events=60)
    another.take(caller(None, 100), events=30)
    clock.now_s += TELL_EVERY_S
    one.take(caller(None, 100), events=1)
    another.take(caller(None, 100), events=1)
    wait_of(another, caller(None, 100), events=30)
    assert taken(QuotaLimiter(table, clock), caller(None, 100), events=2)


def test_processes_share_a_rate_after_a_moment(table: Table, clock: Clock) -> None:
    rate, seconds = 40, 60
    processes = [QuotaLimiter(table, clock) for _ in range(4)]
    accepted = []
    for _ in range(seconds):
        accepted.append(sum(taken(one, caller(rate)) for one in processes for _ in range(rate)))
        clock.now_s += 1
    settled = accepted[3 * int(TELL_EVERY_S) :]
    assert sum(accepted[:2]) > 2 * rate
    assert 0.8 * rate <= sum(settled) / len(settled) <= 1.2 * rate


def test_the_table_is_told_every_five_seconds_at_most(
    table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, add = count(), table.add

    def counted(*arguments: object) -> object:
        next(told)
        return add(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(table, "add", counted)
    limiter = QuotaLimiter(table, clock)
    for _ in range(1_000):
        limiter.take(caller(10**6, 10**9), events=1)
        clock.now_s += 0.01
    assert next(told) == 2
    item = table.get("QUOTA#acme", "DAY#2026-11-23")
    assert item is not None
    assert item["accepted"] == pytest.approx(500, abs=2)
    assert item["delete_after"] > clock.now_s + 86_400


def test_whatever_fails_the_events_are_let_in(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for failure in (AwsUnavailable("throttled"), RuntimeError("anything")):

        def broken(*_: object, failure: Exception = failure) -> None:
            raise failure

        monkeypatch.setattr(table, "add", broken)
        QuotaLimiter(table, clock).take(caller(10, 10), events=5)


def test_events_counted_while_the_table_failed_are_told_later(
    table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, table.name = table.name, "missing"
    limiter = QuotaLimiter(table, clock)
    limiter.take(caller(None, 100), events=60)
    table.name = name
    clock.now_s += TELL_EVERY_S
    limiter.take(caller(None, 100), events=1)
    item = table.get("QUOTA#acme", "DAY#2026-11-23")
    assert item is not None
    assert item["accepted"] == 60
