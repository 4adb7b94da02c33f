"""Splitting one raw object, undisturbed, disturbed, and again."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augury.aws import AwsUnavailable, Item, ObjectStore, Table
from augury.lake import failed_split_key, split_output_key
from augury.split import (
    ClaimLost,
    Fate,
    Ledger,
    Outcome,
    Source,
    SourceBusy,
    SplitResult,
    State,
    execution,
    split_object,
)
from tests.split_cases import ACME, LINES, RAW_LINES, event, expected_of, gzip_objects

SOURCE = "logs/events.2026/11/23/23/augury-events-1-2026-11-23-23-59-00-abc.gz"

NUMBERS = count()


def put(store: ObjectStore, lines: list[bytes], source: str = SOURCE) -> None:
    store.put(source, gzip.compress(b"".join(line + b"\n" for line in lines)))


def split(store: ObjectStore, ledger: Ledger, source: str = SOURCE, owner: str = "me") -> SplitResult:
    return split_object(store, ledger, source, owner=owner, for_s=60)


def contents(store: ObjectStore, prefix: str = "") -> dict[str, bytes]:
    return {summary.key: store.get(summary.key) for summary in store.list(prefix)}


def lines_by_folder(store: ObjectStore) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = defaultdict(list)
    for key, body in contents(store, "clients/").items():
        found[key.rpartition("/")[0]] += gzip.decompress(body).split(b"\n")[:-1]
    return dict(found)


def failures(store: ObjectStore) -> list[dict[str, Any]]:
    bodies = contents(store, "failed/split/").values()
    return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]


def test_each_line_goes_to_its_client_and_day_unchanged(store: ObjectStore, ledger: Ledger) -> None:
    lines = [event(n=1), event("other", n=2), event(at="2026-11-24T00:00:00Z", n=3), event(n=4)]
    put(store, lines)
    result = split(store, ledger)

    assert lines_by_folder(store) == {
        "clients/acme/events/2026/11/23": [lines[0], lines[3]],
        "clients/acme/events/2026/11/24": [lines[2]],
        "clients/other/events/2026/11/23": [lines[1]],
    }
    counts = result.counts
    assert (result.fate, counts.split, counts.failed, counts.clients) == (Fate.SPLIT, 4, 0, 2)
    assert counts.text_bytes == sum(map(len, lines)) + 4


def test_bad_lines_are_kept_with_their_place_and_reason(store: ObjectStore, ledger: Ledger) -> None:
    put(store, [event(), b"", b"not json \xff", event("..")])
    counts = split(store, ledger).counts

    assert [(kept["source"], kept["line"], kept["reason"]) for kept in failures(store)] == [
        (SOURCE, 3, "not JSON"),
        (SOURCE, 4, "client is no valid name"),
    ]
    assert failures(store)[0]["text"] == "not json \\xff"
    assert (counts.failed, counts.lines) == (2, 3)


def test_every_case_of_the_table_ends_where_it_belongs(store: ObjectStore, ledger: Ledger) -> None:
    lines = [line for line, _ in LINES.values()]
    put(store, lines)
    split(store, ledger)
    expected = expected_of(lines)
    assert lines_by_folder(store) == {
        f"clients/{owner.client}/events/{owner.day:%Y/%m/%d}": owned for owner, owned in expected.lines.items()
    }
    assert [(kept["line"], kept["reason"]) for kept in failures(store)] == [
        (number, reason) for number, _, reason in expected.failures
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
@given(RAW_LINES, st.data(), st.integers(200, 5_000))
def test_every_line_ends_in_exactly_one_place_however_the_object_is_made(
    store: ObjectStore, table: Table, lines: list[bytes], data: st.DataObject, memory_bytes: int
) -> None:
    source = f"logs/events.2026/11/23/23/{next(NUMBERS)}.gz"  # one that no ledger knows
    for summary in [*store.list("clients/"), *store.list("failed/")]:
        store._client.delete_object(Bucket=store.bucket, Key=summary.key)
    store.put(source, data.draw(gzip_objects(lines)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("augury.split.spool.Spool.__init__.__defaults__", (memory_bytes, None))
        split(store, Ledger(table, "lambda"), source)
    expected = expected_of(lines)
    assert lines_by_folder(store) == {
        f"clients/{owner.client}/events/{owner.day:%Y/%m/%d}": owned for owner, owned in expected.lines.items()
    }
    assert [(kept["line"], kept["reason"]) for kept in failures(store)] == [
        (number, reason) for number, _, reason in expected.failures
    ]


def test_another_split_of_the_same_object_would_write_the_same_bytes(store: ObjectStore, table: Table) -> None:
    put(store, [event(), event("other"), b"bad"])
    split(store, Ledger(table, "lambda"))
    before = contents(store)
    table._client.delete_item(TableName=table.name, Key=_row(table))
    assert split(store, Ledger(table, "lambda")).fate is Fate.SPLIT
    assert contents(store) == before


def test_two_sources_never_share_a_key(store: ObjectStore, ledger: Ledger) -> None:
    for name in ("a", "b"):
        put(store, [event(source=name)], f"logs/events.2026/11/23/23/{name}.gz")
        split(store, ledger, f"logs/events.2026/11/23/23/{name}.gz")
    assert len(contents(store, "clients/acme/")) == 2


def test_what_is_split_is_not_touched_again_even_after_its_outputs_were_replaced(
    store: ObjectStore, ledger: Ledger
) -> None:
    put(store, [event(), b"bad"])
    split(store, ledger)
    store._client.delete_object(Bucket=store.bucket, Key=split_output_key(*ACME, SOURCE))
    store.put("clients/acme/events/2026/11/23/augury-compacted.json.gz", b"what a run in bulk wrote")
    before = contents(store)
    for owner in ("me", "you"):
        assert split(store, ledger, owner=owner).fate is Fate.SETTLED
    assert contents(store) == before


def test_what_a_recorded_plan_has_is_left_to_it(store: ObjectStore, ledger: Ledger) -> None:
    put(store, [event()])
    (summary,) = store.list(SOURCE)
    source = Source(SOURCE, summary.etag, summary.size_bytes)
    assert ledger.assign_to_plan("p1", [source]) == {source: Outcome.CLAIMED}
    assert split(store, ledger).fate is Fate.SETTLED
    assert not contents(store, "clients/")


def test_what_another_splits_now_is_to_be_tried_again(store: ObjectStore, ledger: Ledger) -> None:
    put(store, [event()])
    (summary,) = store.list(SOURCE)
    ledger.claim(Source(SOURCE, summary.etag, summary.size_bytes), "you", 60)
    with pytest.raises(SourceBusy, match="by you"):
        split(store, ledger)
    assert not contents(store, "clients/")


@pytest.mark.parametrize("body", [gzip.compress(event() * 1_000)[:-5], b"no gzip", gzip.compress(event()) + b"tail"])
def test_an_object_that_cannot_be_read_to_its_end_is_reported_whole_and_once(
    store: ObjectStore, ledger: Ledger, body: bytes
) -> None:
    store.put(SOURCE, body)
    result = split(store, ledger)
    assert (result.fate, result.counts.lines) == (Fate.QUARANTINED, 0)
    assert not contents(store, "clients/")
    (kept,) = failures(store)
    assert (kept["source"], kept["size_bytes"], kept["reason"]) == (SOURCE, len(body), result.counts.quarantined)
    assert split(store, ledger).fate is Fate.SETTLED
    assert store.get(SOURCE) == body


@pytest.mark.parametrize("body", [b"", gzip.compress(b""), gzip.compress(b"\n\n")])
def test_an_empty_object_is_done_with_nothing_written(store: ObjectStore, ledger: Ledger, body: bytes) -> None:
    store.put(SOURCE, body)
    assert split(store, ledger).counts.lines == 0
    assert list(contents(store)) == [SOURCE]


def test_an_object_that_was_overwritten_is_reported_and_neither_split_nor_forgotten(
    store: ObjectStore, ledger: Ledger
) -> None:
    put(store, [event(n=1), b"bad"])
    split(store, ledger)
    before = contents(store, "clients/")
    put(store, [event(n=2)])
    assert split(store, ledger).fate is Fate.OVERWRITTEN
    assert contents(store, "clients/") == before
    assert sorted(kept["reason"] for kept in failures(store)) == ["not JSON", execution.OVERWRITTEN]
    assert failed_split_key(SOURCE) in contents(store)


def test_an_object_that_is_gone_is_told_from_one_that_was_split_before(store: ObjectStore, ledger: Ledger) -> None:
    assert split(store, ledger).fate is Fate.GONE
    put(store, [event()])
    split(store, ledger)
    store._client.delete_object(Bucket=store.bucket, Key=SOURCE)
    assert split(store, ledger).fate is Fate.SETTLED


def test_nothing_is_written_once_the_claim_has_ended(store: ObjectStore, table: Table) -> None:
    put(store, [event()])
    now = datetime(2026, 11, 23, tzinfo=UTC)
    times = iter([now, now, now, now + timedelta(seconds=61)])
    ledger = Ledger(table, "lambda", lambda: next(times, now + timedelta(seconds=62)))
    with pytest.raises(ClaimLost):
        split(store, ledger)
    assert not contents(store, "clients/")
    assert split(store, Ledger(table, "lambda"), owner="you").fate is Fate.SPLIT


def test_hundreds_of_outputs_are_written_side_by_side(store: ObjectStore, ledger: Ledger) -> None:
    lines = [event(f"client-{number}") for number in range(200)]
    put(store, lines)
    assert split(store, ledger).counts.clients == 200
    assert sorted(line for found in lines_by_folder(store).values() for line in found) == sorted(lines)


class Died(BaseException):
    """The process was killed."""


class Mortal:
    """What counts the writes of a process, and ends it at one of them: before it is carried out, or after."""

    def __init__(self, dies_at: int, *, after: bool, how: type[BaseException]) -> None:
        self._left = dies_at
        self._after = after
        self._how = how

    def step(self, write: Any) -> None:
        self._left -= 1
        if self._left > 0 or (self._left == 0 and self._after):
            write()
        if self._left <= 0:
            raise self._how


class MortalStore(ObjectStore):
    def __init__(self, store: ObjectStore, life: Mortal) -> None:
        super().__init__(store._client, store.bucket)
        self._life = life

    def put(self, key: str, body: bytes | IO[bytes], content_type: str = "application/octet-stream") -> None:
        self._life.step(lambda: ObjectStore.put(self, key, body, content_type))


class MortalTable(Table):
    def __init__(self, table: Table, life: Mortal) -> None:
        super().__init__(table._client, table.name)
        self._life = life

    def put(self, item: Item, **conditions: Any) -> None:
        self._life.step(lambda: Table.put(self, item, **conditions))


@pytest.mark.parametrize("how", [Died, AwsUnavailable], ids=["killed", "failed"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 6))
def test_whatever_step_it_dies_at_the_next_one_ends_it_right(
    store: ObjectStore, table: Table, step: int, after: bool, how: type[BaseException]
) -> None:
    put(store, [event(), event("other"), b"bad"])
    now = [datetime(2026, 11, 23, tzinfo=UTC)]
    life = Mortal(step, after=after, how=how)
    with pytest.raises(how):
        split(MortalStore(store, life), Ledger(MortalTable(table, life), "lambda", lambda: now[0]))
    now[0] += timedelta(seconds=60)
    result = split(store, Ledger(table, "lambda", lambda: now[0]), owner="you")

    assert result.fate in (Fate.SPLIT, Fate.SETTLED)
    entry = Ledger(table, "lambda").entry(SOURCE)
    assert entry
    assert entry.state is State.DONE
    found = contents(store)
    table._client.delete_item(TableName=table.name, Key=_row(table))
    for key in found.keys() - {SOURCE}:
        store._client.delete_object(Bucket=store.bucket, Key=key)
    assert split(store, Ledger(table, "lambda")).fate is Fate.SPLIT
    assert contents(store) == found


def test_what_fails_or_is_interrupted_lets_go_of_its_claim_and_what_dies_does_not(
    store: ObjectStore, table: Table
) -> None:
    put(store, [event()])
    for how, expected in ((AwsUnavailable, Fate.SPLIT), (KeyboardInterrupt, Fate.SPLIT), (Died, None)):
        life = Mortal(1, after=False, how=how)
        with pytest.raises(how):
            split(MortalStore(store, life), Ledger(table, "lambda"))
        if expected:
            assert split(store, Ledger(table, "lambda"), owner="you").fate is expected
            table._client.delete_item(TableName=table.name, Key=_row(table))
    with pytest.raises(SourceBusy):
        split(store, Ledger(table, "lambda"), owner="you")


def test_memory_is_bounded_whatever_the_number_of_clients(store: ObjectStore, ledger: Ledger) -> None:
    lines = [event(f"client-{number % 3_000}", note="x" * 200, n=number) for number in range(60_000)]
    put(store, lines)
    del lines
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("augury.split.spool.Spool.__init__.__defaults__", (2_000_000, None))
        patched.setattr(execution, "_publish", lambda *_: None)
        tracemalloc.start()
        split(store, ledger)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak_bytes < 16_000_000


def _row(table: Table) -> Any:
    return {"pk": {"S": f"SPLIT#{SOURCE.rpartition('/')[0]}"}, "sk": {"S": f"#{SOURCE.rpartition('/')[2]}"}}
