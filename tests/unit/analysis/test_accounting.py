"""The account of a range, over what the real split makes of real objects, and after each way to lose a line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary

import pytest

from augury.analysis import Account, Cell, account, plan_account
from augury.aws import ObjectStore, Table
from augury.lake import failed_split_key, split_output_key
from augury.names import ClientName
from augury.split import Fate, Ledger, split_object

DAY = date(2026, 11, 23)
ACME = ClientName("acme")
LOGS = "logs/events.2026/11/23/{:02}/object-{}.gz"


def event(n: int, at: str = "2026-11-23T09:30:00.000Z", client: str = "acme", **fields: object) -> bytes:
    stamped = {"n": n, **fields, "client": client, "timestamp": n, "_event_id": f"event-{n:016}", "_received_at": at}
    return json.dumps(stamped).encode()


@pytest.fixture
def store(store: ObjectStore, table: Table) -> ObjectStore:
    """The bucket, with a ledger for :func:`put`."""
    LEDGERS[store] = Ledger(table, "lambda")
    return store


LEDGERS = WeakKeyDictionary[ObjectStore, Ledger]()


def put(store: ObjectStore, key: str, *lines: bytes, split: bool = True) -> str:
    store.put(key, gzip.compress(b"".join(line + b"\n" for line in lines)))
    if split:
        split_object(store, LEDGERS[store], key, owner="me", for_s=60)
    return key


def rewrite(store: ObjectStore, key: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    put(store, key, *change(gzip.decompress(store.get(key)).splitlines()), split=False)


def check(store: ObjectStore, first: date = DAY, last: date = DAY, client: ClientName | None = None) -> Account:
    return account(store, plan_account(store, first, last, client), client)


def cell(hour: int, client: str = "acme", day: int = 23) -> Cell:
    return Cell(client, datetime(2026, 11, day, hour, tzinfo=UTC))


def counts(found: Account, where: Cell) -> dict[str, int]:
    tally = found.cells[where]
    names = ("logs", "spill", "split", "duplicates", "failed", "missing", "extra", "conflicts")
    return {name: getattr(tally, name) for name in names if getattr(tally, name)}


def test_what_was_split_adds_up_per_client_and_hour(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1), event(2), event(3, client="other"))
    put(store, LOGS.format(10, "b"), event(4, "2026-11-23T10:00:00.000Z"), b"no JSON", event(5, client=".."))
    put(store, "spill/events/2026/11/23/10/c.gz", event(6, "2026-11-23T10:00:01.000Z"))
    found = check(store)
    assert found.adds_up
    assert {where: counts(found, where) for where in found.cells} == {
        cell(10, "_unknown"): {"logs": 1, "failed": 1},
        cell(9, "_unknown"): {"logs": 1, "failed": 1},
        cell(9): {"logs": 2, "split": 2},
        cell(10): {"logs": 1, "spill": 1, "split": 2},
        cell(9, "other"): {"logs": 1, "split": 1},
    }


def test_an_empty_range_adds_up(store: ObjectStore) -> None:
    assert check(store).adds_up
    assert not check(store).cells


def test_a_lost_line_is_named_with_the_object_that_it_came_in(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1), event(2))
    put(store, LOGS.format(9, "b"), event(3))
    rewrite(store, split_output_key(ACME, DAY, source), lambda lines: lines[1:])
    found = check(store)
    assert not found.adds_up
    assert counts(found, cell(9)) == {"logs": 3, "split": 2, "missing": 1}
    assert found.cells[cell(9)].sources == {source: 1}


def test_what_is_not_split_yet_is_missing(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1), event(2), split=False)
    found = check(store)
    assert counts(found, cell(9)) == {"logs": 2, "missing": 2}
    assert found.cells[cell(9)].sources == {source: 2}


def test_a_line_that_never_came_in_is_named_with_the_object_that_holds_it(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1))
    output = split_output_key(ACME, DAY, source)
    rewrite(store, output, lambda lines: [*lines, event(99)])
    found = check(store)
    assert counts(found, cell(9)) == {"logs": 1, "split": 2, "extra": 1}
    assert found.cells[cell(9)].sources == {output: 1}


def test_a_line_that_the_split_doubled_is_one_too_many(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1))
    rewrite(store, split_output_key(ACME, DAY, source), lambda lines: lines * 2)
    assert counts(check(store), cell(9)) == {"logs": 1, "split": 1, "extra": 1}


def test_a_changed_line_is_missing_and_its_changed_form_is_extra(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1))
    rewrite(store, split_output_key(ACME, DAY, source), lambda lines: [lines[0].replace(b'"n": 1', b'"n": 2')])
    found = counts(check(store), cell(9))
    assert (found["missing"], found["extra"]) == (1, 1)


@pytest.mark.parametrize("compacted", [False, True], ids=["both copies split", "one copy left"])
def test_copies_are_duplicates_whether_or_not_the_split_still_has_them(store: ObjectStore, compacted: bool) -> None:
    put(store, LOGS.format(9, "a"), event(1))
    retried = put(store, LOGS.format(9, "b"), event(1, "2026-11-23T09:31:00.000Z"))
    if compacted:
        rewrite(store, split_output_key(ACME, DAY, retried), lambda lines: [])
    found = check(store)
    assert found.adds_up
    assert counts(found, cell(9)) == {"logs": 2, "split": 1, "duplicates": 1}


def test_a_copy_of_the_next_hour_is_a_duplicate_of_that_hour(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1, "2026-11-23T09:59:59.999Z"))
    retried = put(store, LOGS.format(10, "b"), event(1, "2026-11-23T10:00:01.000Z"))
    rewrite(store, split_output_key(ACME, DAY, retried), lambda lines: [])
    found = check(store)
    assert found.adds_up
    assert counts(found, cell(9)) == {"logs": 1, "split": 1}
    assert counts(found, cell(10)) == {"logs": 1, "duplicates": 1}


def test_one_id_with_two_contents_is_a_conflict_and_both_must_be_kept(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1), event(1, field="other"))
    found = check(store)
    assert found.adds_up
    assert counts(found, cell(9)) == {"logs": 2, "split": 2, "conflicts": 1}
    rewrite(store, split_output_key(ACME, DAY, source), lambda lines: lines[:1])
    assert counts(check(store), cell(9)) == {"logs": 2, "split": 1, "missing": 1, "conflicts": 1}


def test_one_id_of_two_clients_is_no_conflict(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1), event(1, client="other", field="other"))
    assert not check(store).total.conflicts


def test_tries_that_differ_in_what_the_server_writes_are_copies(store: ObjectStore) -> None:
    first = json.loads(event(1))
    second = {**first, "timestamp": 99, "client_timestamp": 1, "_received_at": "2026-11-23T09:45:00.000Z"}
    put(store, LOGS.format(9, "a"), *(json.dumps(tried).encode() for tried in (first, second)))
    assert counts(check(store), cell(9)) == {"logs": 2, "split": 1, "duplicates": 1}


def test_a_line_counts_in_its_own_hour_wherever_firehose_filed_it(store: ObjectStore) -> None:
    put(
        store,
        "logs/events.2026/11/22/23/a.gz",
        event(1, "2026-11-23T00:00:00.001Z"),
        event(2, "2026-11-22T23:59:59.9Z"),
    )
    put(store, "logs/events.2026/11/24/00/b.gz", event(3, "2026-11-23T23:59:59.999Z"))
    found = check(store)
    assert found.adds_up
    assert {where: counts(found, where) for where in found.cells} == {
        cell(0): {"logs": 1, "split": 1},
        cell(23): {"logs": 1, "split": 1},
    }


def test_a_lost_failure_is_missing_under_unknown(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), b"bad \xff", b"worse")
    rewrite(store, failed_split_key(source), lambda lines: lines[:1])
    found = check(store)
    assert counts(found, cell(9, "_unknown")) == {"logs": 2, "failed": 1, "missing": 1}


def test_failures_without_their_source_are_extra(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), b"bad")
    store._client.delete_object(Bucket=store.bucket, Key=source)
    found = check(store)
    assert counts(found, cell(9, "_unknown")) == {"failed": 1, "extra": 1}
    assert found.cells[cell(9, "_unknown")].sources == {failed_split_key(source): 1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda store, source: store.put(source, store.get(source)[:-4]), "can't be read: the object ends inside"),
        (lambda store, source: store.put("clients/../events/x", b""), "is no client's folder"),
        (lambda store, source: rewrite(store, failed_split_key(source), lambda lines: [b"{}"]), "is no failure"),
        (lambda store, source: rewrite(store, failed_split_key(source), lambda lines: [
            line.replace(b'"line":2', b'"line":7') for line in lines]), "1 lines that its source does not have"),
        (lambda store, source: rewrite(store, split_output_key(ACME, DAY, source), lambda lines: [
            *lines, event(5, client="other")]), "1 lines of another client or day"),
        (lambda store, source: rewrite(store, split_output_key(ACME, DAY, source), lambda lines: [
            *lines, event(5, at="2026-11-24T00:00:00Z")]), "1 lines of another client or day"),
    ],
    ids=["cut short", "folder", "failure", "failure's place", "foreign line", "line of another day"],
)  # fmt: skip
def test_an_object_that_is_not_as_it_should_be_is_named(
    store: ObjectStore, change: Callable[[ObjectStore, str], None], said: str
) -> None:
    source = put(store, LOGS.format(9, "a"), event(1), b"bad")
    change(store, source)
    found = check(store)
    assert not found.adds_up
    assert [said in problem.what for problem in found.problems] == [True]


def test_an_object_that_could_not_be_read_counts_as_one_that_failed(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1))
    source = put(store, LOGS.format(9, "b"), event(2), event(3), split=False)
    store.put(source, store.get(source)[:-4])
    assert split_object(store, LEDGERS[store], source, owner="me", for_s=60).fate is Fate.QUARANTINED
    found = check(store)
    assert found.adds_up
    assert counts(found, cell(9)) == {"logs": 1, "split": 1}
    assert [(unsplit.key, unsplit.what) for unsplit in found.unsplit] == [
        (source, "the object ends inside a gzip member")
    ]


def test_an_object_that_was_overwritten_is_told_and_what_it_held_before_is_too_much(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), event(1))
    put(store, source, event(1), event(2))
    found = check(store)
    assert [unsplit.key for unsplit in found.unsplit] == [source]
    assert counts(found, cell(9)) == {"split": 1, "extra": 1}


def test_a_line_that_is_no_utf8_is_followed_by_its_bytes(store: ObjectStore) -> None:
    source = put(store, LOGS.format(9, "a"), b"bad \xff", b"bad \\xff")
    assert check(store).adds_up
    store._client.delete_object(Bucket=store.bucket, Key=source)
    assert counts(check(store), cell(9, "_unknown")) == {"failed": 2, "extra": 2}


def test_lines_are_found_by_their_numbers_where_some_are_empty_and_some_too_long(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), b"", b"bad", b"", event(1), b"x" * 3_000_000, event(2))
    assert counts(check(store), cell(9)) == {"logs": 2, "split": 2}
    assert counts(check(store), cell(9, "_unknown")) == {"logs": 2, "failed": 2}


def test_historical_drops_are_no_part_of_the_account(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1))
    put(store, "clients/acme/events/2026/11/23/import-1.json.gz", event(2), split=False)
    assert counts(check(store), cell(9)) == {"logs": 1, "split": 1}


def test_one_clients_account_leaves_out_the_others(store: ObjectStore) -> None:
    put(store, LOGS.format(9, "a"), event(1), event(2, client="other"), b"bad")
    found = check(store, client=ACME)
    assert list(found.cells) == [cell(9)]
    assert found.adds_up


def test_a_range_that_ends_before_it_begins_is_refused(store: ObjectStore) -> None:
    with pytest.raises(ValueError, match="before it begins"):
        check(store, DAY, date(2026, 11, 22))
