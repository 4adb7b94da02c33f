"""A run of the split in bulk: what is left of a lake, whatever happens meanwhile."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from augury.analysis import account, plan_account
from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.lake import client_day, failed_split_key, split_output_key
from augury.split import split_object
from augury.split.bulk.planning import Scope
from augury.split.bulk.publication import InputsVanished
from augury.split.entries import Source, State
from augury.split.ledger import Ledger
from augury.split.plan_rows import PlanRows
from augury.split.run_lock import AlreadyRunning, RunLock
from tests.bulk_scenario import (
    ACME,
    BROKEN_OFF,
    CUT,
    DAY,
    DONE,
    DROP,
    LATE,
    NEXT_DAY,
    NOW,
    OTHER,
    RAW,
    contents,
    furnish,
    ledger_rows,
    line,
    lines_of,
    put_lines,
    run,
)
from tests.conftest import REGION, make_bucket, make_table


class Killed(BaseException):
    pass


@pytest.fixture
def lake(store: ObjectStore, table: Table) -> ObjectStore:
    furnish(store, table)
    return store


def test_a_days_lines_are_there_once_in_one_file_and_conflicts_all(lake: ObjectStore, table: Table) -> None:
    (outcome,) = run(lake, table)
    assert lines_of(lake, ACME) == Counter(
        [line("acme", 1), line("acme", 2), line("acme", 2, extra=True), *2 * [line("acme", 7, event_id=None)]]
    )
    assert lines_of(lake, OTHER) == Counter([line("other", 3), line("other", 5)])
    assert lines_of(lake, ACME, NEXT_DAY) == Counter([line("acme", 4, day=NEXT_DAY)])
    files = [key for key in contents(lake, "clients/") if key != DROP]
    assert sorted(files) == [part.key for part in outcome.parts]
    assert len(files) == 3
    assert [(part.duplicates, part.conflicts) for part in outcome.parts] == [(1, 1), (0, 0), (1, 0)]


def test_lines_that_fail_and_objects_that_are_cut_are_laid_aside_as_a_function_does(
    lake: ObjectStore, table: Table
) -> None:
    run(lake, table)
    failed = contents(lake, "failed/split/")
    assert json.loads(gzip.decompress(failed.pop(failed_split_key(BROKEN_OFF))))["line"] == 5
    ((_, said),) = failed.items()
    assert json.loads(gzip.decompress(said))["source"] == CUT
    rows = ledger_rows(table)
    assert {key: row[0] for key, row in rows.items()} == dict.fromkeys(rows, State.DONE)
    assert rows[CUT][1].quarantined
    assert (rows[BROKEN_OFF][1].lines, rows[BROKEN_OFF][1].failed) == (5, 1)


def test_the_account_of_the_lake_adds_up_before_and_after(lake: ObjectStore, table: Table) -> None:
    for key in [*RAW, CUT]:
        split_object(lake, Ledger(table, "lambda", lambda: NOW), key, owner="function", for_s=900)
    before = account(lake, plan_account(lake, DAY, NEXT_DAY))
    run(lake, table)
    after = account(lake, plan_account(lake, DAY, NEXT_DAY))
    assert before.adds_up
    assert after.adds_up
    assert after.total == before.total


def test_drops_are_left_alone(lake: ObjectStore, table: Table) -> None:
    before = lake.get(DROP)
    run(lake, table)
    assert lake.get(DROP) == before


def test_a_second_run_does_nothing(lake: ObjectStore, table: Table) -> None:
    run(lake, table)
    before = contents(lake)
    assert run(lake, table) == []
    assert contents(lake) == before


def test_a_notification_that_comes_again_changes_nothing(lake: ObjectStore, table: Table) -> None:
    run(lake, table)
    before = contents(lake)
    ledger = Ledger(table, "lambda", lambda: NOW + timedelta(hours=1))
    for key in [*RAW, CUT]:
        split_object(lake, ledger, key, owner="function", for_s=900)
    assert contents(lake) == before


def test_a_late_object_is_split_by_the_next_run_into_the_days_only_file(lake: ObjectStore, table: Table) -> None:
    run(lake, table)
    put_lines(lake, "logs/events.2026/11/23/12/later.gz", [line("acme", 20), line("acme", 1, second=30)])
    (outcome,) = run(lake, table)
    assert len(contents(lake, f"{client_day(ACME, DAY)}augury-")) == 1
    assert lines_of(lake, ACME)[line("acme", 20)] == 1
    assert [(part.client, part.lines, part.duplicates) for part in outcome.parts] == [(ACME, 6, 1)]


def test_a_file_that_a_function_writes_meanwhile_stays(lake: ObjectStore, table: Table) -> None:
    source = "logs/events.2026/11/23/12/meanwhile.gz"

    def write(step: str) -> None:
        if step == "read the days":
            put_lines(lake, source, [line("acme", 30)])
            split_object(lake, Ledger(table, "lambda", lambda: NOW), source, owner="function", for_s=900)

    run(lake, table, on_step=write)
    assert lake.get(split_output_key(ACME, DAY, source))
    assert lines_of(lake, ACME)[line("acme", 30)] == 1


def test_for_one_client_only_its_days_are_rewritten_and_all_clients_are_split(lake: ObjectStore, table: Table) -> None:
    run(lake, table, Scope(first=DAY, last=DAY, client=OTHER))
    assert len(contents(lake, f"{client_day(OTHER, DAY)}augury-")) == 1
    assert lake.get(split_output_key(ACME, DAY, DONE))
    assert lines_of(lake, ACME)[line("acme", 7, event_id=None)] == 2
    assert lines_of(lake, ACME)[line("acme", 2, extra=True)] == 1


def test_a_large_day_becomes_several_files_and_each_id_is_in_one(store: ObjectStore, table: Table) -> None:
    lines = [line("acme", n % 500, second=n % 60) for n in range(1_000)]
    put_lines(store, LATE, lines)
    (outcome,) = run(store, table, target_bytes=10_000)
    total = sum(map(len, lines)) + len(lines)
    assert len(outcome.parts) == -(-total // 10_000)
    assert sum(part.duplicates for part in outcome.parts) == 500
    assert run(store, table, target_bytes=10_000) == []


def test_a_second_run_at_the_same_time_is_refused_by_name(lake: ObjectStore, table: Table) -> None:
    RunLock(table, "somebody", 600, lambda: NOW).acquire()
    with pytest.raises(AlreadyRunning, match=r"run by somebody, whose lock ends at 2026-11-25T03:10:00.000Z"):
        run(lake, table)
    assert run(lake, table, now=NOW + timedelta(minutes=11))


def test_killed_between_any_two_writes_the_next_run_ends_as_if_nothing_had_been() -> None:
    with fresh_lake() as (store, table):
        run(store, table)
        wanted = contents(store), ledger_rows(table)
    kills = 0
    while True:
        with fresh_lake() as (store, table):
            try:
                with killing(store, table, after=kills):
                    run(store, table)
                break
            except Killed:
                assert_nothing_is_unseen(store)
                run(store, table, now=NOW + timedelta(hours=1))
            assert (contents(store), ledger_rows(table)) == wanted, kills
        kills += 1
    assert kills > 20


def assert_nothing_is_unseen(store: ObjectStore) -> None:
    """What could be read before the run can be read now, in this or that copy."""
    there = lines_of(store, ACME)
    assert there[line("acme", 2)]
    assert there[line("acme", 1)] or there[line("acme", 1, second=9)]


@contextmanager
def killing(store: ObjectStore, table: Table, after: int) -> Iterator[None]:
    """End the process, as it were, right after some number of calls that write, and so before the next one."""
    moments = 0

    def count(model: Any, **_: Any) -> None:
        nonlocal moments
        if model.name in ("PutObject", "DeleteObjects", "PutItem"):
            moments += 1
            if moments > after:
                raise Killed

    events = [client.meta.events for client in (store._client, table._client)]
    for emitter in events:
        emitter.register("after-call", count)
    try:
        yield
    finally:
        for emitter in events:
            emitter.unregister("after-call", count)


@contextmanager
def fresh_lake() -> Iterator[tuple[ObjectStore, Table]]:
    with mock_aws():
        connection = Connection(region=REGION, access_key_id="test", secret_access_key="test")
        store, table = make_bucket(connection), make_table(connection)
        furnish(store, table)
        yield store, table


def test_what_came_after_a_run_was_killed_is_split_by_the_run_that_makes_it_whole(
    lake: ObjectStore, table: Table
) -> None:
    def kill(step: str) -> None:
        if step == "write":
            raise Killed

    with pytest.raises(Killed):
        run(lake, table, on_step=kill)
    put_lines(lake, "logs/events.2026/11/23/13/new.gz", [line("acme", 40), line("other", 3, second=50)])
    finished, new = run(lake, table)
    assert (len(finished.sources), len(new.sources)) == (3, 1)
    assert lines_of(lake, ACME)[line("acme", 40)] == 1
    assert lines_of(lake, ACME)[line("acme", 7, event_id=None)] == 2
    assert lines_of(lake, OTHER) == Counter([line("other", 3), line("other", 5)])


def test_a_function_that_was_faster_with_an_object_keeps_it(lake: ObjectStore, table: Table) -> None:
    def claim(step: str) -> None:
        if step == "record the plan" and not lake_has_claim:
            lake_has_claim.append(split_object(lake, ledger, LATE, owner="function", for_s=900))

    lake_has_claim: list[object] = []
    ledger = Ledger(table, "lambda", lambda: NOW)
    (outcome,) = run(lake, table, on_step=claim)
    assert [report.source.key for report in outcome.sources] == [BROKEN_OFF, CUT]
    assert lines_of(lake, OTHER) == Counter([line("other", 3), line("other", 5)])
    assert lines_of(lake, ACME)[line("acme", 7, event_id=None)] == 2
    assert not list(PlanRows(table).unfinished())


def test_what_a_function_at_work_has_written_is_left_until_it_has_ended(lake: ObjectStore, table: Table) -> None:
    at_work, lines = "logs/events.2026/11/23/12/at-work.gz", [line("acme", 50, event_id=None), line("acme", 51)]
    put_lines(lake, at_work, lines)
    (found,) = lake.list(at_work)
    before = Ledger(table, "lambda", lambda: NOW)
    before.claim(Source(found.key, found.etag, found.size_bytes), "function that is killed", for_s=900)
    put_lines(lake, split_output_key(ACME, DAY, at_work), lines)
    run(lake, table)
    after = Ledger(table, "lambda", lambda: NOW + timedelta(hours=1))
    split_object(lake, after, at_work, owner="another function", for_s=900)
    run(lake, table, now=NOW + timedelta(hours=2))
    assert [lines_of(lake, ACME)[text] for text in lines] == [1, 1]


def test_a_damaged_file_of_the_split_is_reported_and_stays(lake: ObjectStore, table: Table) -> None:
    damaged = split_output_key(ACME, DAY, DONE)
    lake.put(damaged, lake.get(damaged)[:-4])
    (outcome,) = run(lake, table)
    assert outcome.unreadable == (damaged,)
    assert lake.get(damaged)
    assert damaged not in outcome.replaced


def test_a_plan_that_was_taken_back_can_be_made_again_as_it_was(lake: ObjectStore, table: Table) -> None:
    def kill(step: str) -> None:
        if step == "write":
            raise Killed

    for _ in range(2):
        with pytest.raises(Killed):
            run(lake, table, abandon=True, on_step=kill)
    (outcome,) = run(lake, table, abandon=True)
    assert len(outcome.sources) == 3
    assert lines_of(lake, ACME)[line("acme", 7, event_id=None)] == 2


def test_an_input_that_vanished_is_named_and_the_plan_can_be_taken_back(lake: ObjectStore, table: Table) -> None:
    def kill(step: str) -> None:
        if step == "write":
            raise Killed

    with pytest.raises(Killed):
        run(lake, table, on_step=kill)
    lake.delete([LATE])
    with pytest.raises(InputsVanished, match=f"{LATE} among them.*--abandon"):
        run(lake, table)
    run(lake, table, abandon=True)
    assert lines_of(lake, OTHER) == Counter([line("other", 3)])
    assert lines_of(lake, ACME)[line("acme", 7, event_id=None)] == 2
    assert not list(PlanRows(table).unfinished())
