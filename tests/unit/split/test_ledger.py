"""Who may split what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.aws import ConditionFailed, Item, Table
from augury.split import Claim, ClaimLost, Counts, Entry, Ledger, Outcome, Source, State
from augury.split.entries import decide

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOURCE = Source("logs/events.2026/11/23/11/a b.gz", "etag-1", 10)
OTHER = Source("logs/events.2026/11/23/12/c.gz", "etag-2", 20)
COUNTS = Counts(lines=3, failed=1, clients=2, text_bytes=100)


class Clock:
    """A clock that is stepped."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def step(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(table: Table, clock: Clock) -> Ledger:
    return Ledger(table, "lambda", clock)


def claim(ledger: Ledger, owner: str = "me", source: Source = SOURCE) -> Claim:
    return ledger.claim(source, owner, for_s=60)


def test_the_first_claim_holds_and_the_second_waits_until_it_ends(ledger: Ledger, clock: Clock) -> None:
    assert claim(ledger).outcome is Outcome.CLAIMED
    clock.step(59.9)
    assert claim(ledger, "you").outcome is Outcome.BUSY
    clock.step(0.1)
    assert claim(ledger, "you").outcome is Outcome.CLAIMED


def test_who_has_a_claim_may_claim_again(ledger: Ledger) -> None:
    claim(ledger)
    assert claim(ledger).outcome is Outcome.CLAIMED


def test_what_is_done_stays_done_with_its_counts(ledger: Ledger, clock: Clock) -> None:
    claim(ledger)
    ledger.complete(SOURCE, "me", COUNTS)
    clock.step(1_000_000)
    answer = claim(ledger, "you")
    assert answer.outcome is Outcome.DONE
    assert answer.found == ledger.entry(SOURCE.key)
    assert answer.found == Entry(SOURCE, State.DONE, "me", "lambda", None, COUNTS, "2026-11-23T12:00:00.000Z")
    assert COUNTS.split == 2


def test_completing_twice_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    claim(ledger)
    ledger.complete(SOURCE, "me", COUNTS)
    before = ledger.entry(SOURCE.key)
    clock.step(5)
    ledger.complete(SOURCE, "me", Counts())
    assert ledger.entry(SOURCE.key) == before


def test_what_another_took_over_can_be_completed_by_them_alone(ledger: Ledger, clock: Clock) -> None:
    late = claim(ledger)
    clock.step(60)
    claim(ledger, "you")
    with pytest.raises(ClaimLost, match=r"a b\.gz"):
        ledger.complete(SOURCE, "me", COUNTS)
    with pytest.raises(ClaimLost, match="ended at 2026-11-23T12:01:00"):
        ledger.ensure_held(late)
    ledger.complete(SOURCE, "you", COUNTS)


def test_what_nobody_claimed_cannot_be_completed(ledger: Ledger) -> None:
    with pytest.raises(ClaimLost):
        ledger.complete(SOURCE, "me", COUNTS)


def test_a_released_claim_is_anybodys_at_once(ledger: Ledger) -> None:
    ledger.release(claim(ledger))
    assert claim(ledger, "you").outcome is Outcome.CLAIMED


def test_releasing_what_is_lost_or_done_changes_nothing(ledger: Ledger, clock: Clock) -> None:
    late = claim(ledger)
    clock.step(60)
    claim(ledger, "you")
    ledger.release(late)
    assert claim(ledger, "me").outcome is Outcome.BUSY
    ledger.complete(SOURCE, "you", COUNTS)
    ledger.release(late)
    assert claim(ledger, "me").outcome is Outcome.DONE


def test_another_content_under_a_key_is_told_and_never_claimed(ledger: Ledger, clock: Clock) -> None:
    changed = Source(SOURCE.key, "etag-9", 11)
    claim(ledger)
    assert claim(ledger, "you", changed).outcome is Outcome.BUSY
    clock.step(60)
    assert claim(ledger, "you", changed).outcome is Outcome.CHANGED
    claim(ledger)
    ledger.complete(SOURCE, "me", COUNTS)
    assert claim(ledger, "you", changed).outcome is Outcome.CHANGED
    with pytest.raises(ClaimLost):
        ledger.complete(changed, "me", COUNTS)


def test_a_plan_gets_what_is_free_and_keeps_it_until_it_is_done(ledger: Ledger, clock: Clock) -> None:
    claim(ledger, "you", OTHER)
    assert ledger.assign_to_plan("p1", [SOURCE, OTHER]) == {SOURCE: Outcome.CLAIMED, OTHER: Outcome.BUSY}
    clock.step(1_000_000)
    assert claim(ledger).outcome is Outcome.PLANNED
    assert ledger.assign_to_plan("p2", [SOURCE, OTHER]) == {SOURCE: Outcome.PLANNED, OTHER: Outcome.CLAIMED}
    assert ledger.assign_to_plan("p1", [SOURCE]) == {SOURCE: Outcome.CLAIMED}
    ledger.complete(SOURCE, "p1", COUNTS)
    assert claim(ledger).outcome is Outcome.DONE


def test_rows_of_many_objects_are_read_by_folder(ledger: Ledger) -> None:
    for source in (SOURCE, OTHER):
        claim(ledger, source=source)
    assert [entry.source for entry in ledger.entries("logs/events.2026/11/23/11")] == [SOURCE]
    found = ledger.entries_of([SOURCE.key, OTHER.key, "logs/events.2026/11/23/12/none.gz"])
    assert {key: entry.state for key, entry in found.items()} == {SOURCE.key: State.CLAIMED, OTHER.key: State.CLAIMED}


class Interrupted(Table):
    """A table in which something happens between reading and writing."""

    def __init__(self, table: Table, happenings: Iterator[object]) -> None:
        super().__init__(table._client, table.name)
        self._happenings = happenings

    def put(self, item: Item, **conditions: object) -> None:
        next(self._happenings, None)
        super().put(item, **conditions)  # type: ignore[arg-type]


def test_of_two_claims_at_one_moment_one_waits(table: Table, ledger: Ledger, clock: Clock) -> None:
    def meanwhile() -> Iterator[object]:
        yield claim(ledger, "you")

    assert claim(Ledger(Interrupted(table, meanwhile()), "lambda", clock)).outcome is Outcome.BUSY


def test_of_two_takeovers_at_one_moment_one_waits(table: Table, ledger: Ledger, clock: Clock) -> None:
    def meanwhile() -> Iterator[object]:
        yield None
        yield claim(ledger, "you")

    claim(ledger, "gone")
    clock.step(60)
    assert claim(Ledger(Interrupted(table, meanwhile()), "lambda", clock)).outcome is Outcome.BUSY


def test_a_completion_that_is_overtaken_is_lost(table: Table, ledger: Ledger, clock: Clock) -> None:
    def meanwhile() -> Iterator[object]:
        clock.step(60)
        yield claim(ledger, "you")

    claim(ledger)
    with pytest.raises(ClaimLost):
        Ledger(Interrupted(table, meanwhile()), "lambda", clock).complete(SOURCE, "me", COUNTS)


class AnswersLost(Table):
    """A table whose first write is carried out, and refused when it is sent again because its answer was lost."""

    lost = False

    def put(self, item: Item, **conditions: object) -> None:
        super().put(item, **conditions)  # type: ignore[arg-type]
        if not self.lost:
            self.lost = True
            raise ConditionFailed("sent again")


def test_a_write_whose_answer_was_lost_counts(table: Table, clock: Clock) -> None:
    assert claim(Ledger(AnswersLost(table._client, table.name), "lambda", clock)).outcome is Outcome.CLAIMED
    Ledger(AnswersLost(table._client, table.name), "lambda", clock).complete(SOURCE, "me", COUNTS)
    assert claim(Ledger(table, "lambda", clock), "you").outcome is Outcome.DONE


ENTRIES = st.builds(
    Entry,
    st.sampled_from([SOURCE, Source(SOURCE.key, "etag-9", 1)]),
    st.sampled_from(State),
    st.sampled_from(["me", "you"]),
    st.just("lambda"),
    st.sampled_from([None, NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)]),
    st.none(),
    st.just(""),
)


@given(ENTRIES)
def test_nothing_that_is_anothers_or_done_or_changed_is_ever_claimed(found: Entry) -> None:
    if decide(found, SOURCE, "me", NOON) is Outcome.CLAIMED:
        assert found.source == SOURCE
        assert found.state is not State.DONE
        is_live = found.claimed_until is not None and found.claimed_until > NOON
        assert found.owner == "me" or (found.state is State.CLAIMED and not is_live)
