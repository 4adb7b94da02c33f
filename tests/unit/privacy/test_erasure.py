"""Erasing a client's data or one event: all of it, nothing else, and again after any break."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from augury.analysis import account, plan_account
from augury.aws import AwsUnavailable, ObjectStore, Table
from augury.lake import (
    client_day,
    client_folder,
    client_models,
    erasure_key,
    failed_events_hour,
    failed_split_key,
    raw_events_hour,
    raw_feedback_hour,
    raw_predictions_hour,
    spill_key,
)
from augury.names import ClientName
from augury.privacy import Scope, Subject, erase, plan_erasure
from augury.privacy.scope import Place
from augury.split import ClaimLost, Fate, Ledger, Source, split_object

ACME, OTHER, DAY = ClientName("acme"), ClientName("other"), date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
RAW, SPILLED = raw_events_hour(NINE) + "stream-1.gz", spill_key(NINE, "01a2")
ID = "order-2026-000017"
EVENT, EVERYTHING = Subject(ACME, ID), Subject(ACME)


def event(client: ClientName, event_id: str, **fields: Any) -> bytes:
    received = {"_event_id": event_id, "_received_at": "2026-11-23T09:30:00.000Z"}
    return json.dumps({**fields, "client": str(client), "timestamp": 7, **received}, separators=(",", ":")).encode()


CUT = event(ACME, ID, cut=1)[:-9]  # its client and id are there to be seen
NO_TIME = b'{"client":"acme","_event_id":"order-2026-000017"}'
FOREIGN = event(OTHER, ID, n=9)
RAW_LINES = [event(ACME, ID, n=1), b"not json", event(ACME, "b", n=2), CUT, FOREIGN, NO_TIME, event(ACME, "c", of=ID)]


def put(store: ObjectStore, key: str, *lines: bytes) -> None:
    store.put(key, gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0))


def lines_of(store: ObjectStore, prefix: str) -> list[bytes]:
    return [line for found in store.list(prefix) for line in gzip.decompress(store.get(found.key)).splitlines()]


@pytest.fixture
def lake(store: ObjectStore, table: Table) -> tuple[ObjectStore, Ledger]:
    store._client.put_bucket_versioning(Bucket=store.bucket, VersioningConfiguration={"Status": "Enabled"})
    ledger = Ledger(table, "test")
    put(store, RAW, *RAW_LINES)
    put(store, SPILLED, event(ACME, ID, n=1))
    for key in (RAW, SPILLED):
        assert split_object(store, ledger, key, owner="test", for_s=60).fate is Fate.SPLIT
    put(store, raw_predictions_hour(NINE) + "p-1.gz", b'{"client":"acme","puid":"1"}', b'{"client":"other"}')
    put(store, raw_feedback_hour(NINE) + "f-1.gz", b'{"client":"acme","puid":"1"}', b'{"client":"other"}')
    refusals = [{"client": "acme", "text": ID}, {"client": "acme", "text": "x"}, {"client": "other", "text": ID}]
    put(store, failed_events_hour(NINE) + "r-1.gz", *(json.dumps(one).encode() for one in refusals))
    manifest = {"pipeline": "iris", "version": "1", "data_window": {"first": "2026-11-01", "last": "2026-11-30"}}
    store.put(client_models(ACME) + "iris/1/manifest.json", json.dumps(manifest).encode())
    other = {**manifest, "version": "0", "data_window": {"first": "2026-10-01", "last": "2026-10-30"}}
    store.put(client_models(ACME) + "iris/0/manifest.json", json.dumps(other).encode())
    return store, ledger


def erase_in(lake: tuple[ObjectStore, Ledger], subject: Subject) -> None:
    store, ledger = lake
    erase(store, plan_erasure(store, subject), lambda *source: ledger.accept_content(Source(*source)))


def everything(store: ObjectStore) -> dict[str, list[bytes]]:
    """All content by key, also that of versions that are not the latest."""
    found: dict[str, list[bytes]] = {}
    for version in store._client.list_object_versions(Bucket=store.bucket).get("Versions", []):
        answer = store._client.get_object(Bucket=store.bucket, Key=version["Key"], VersionId=version["VersionId"])
        body = answer["Body"].read()
        found.setdefault(version["Key"], []).append(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    return found


def test_an_event_is_gone_from_everywhere_and_from_every_version(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    erase_in(lake, EVENT)
    of_acme = [line for line in lines_of(store, "logs/events.") if b'"acme"' in line]
    assert of_acme == [event(ACME, "b", n=2), event(ACME, "c", of=ID)]
    assert FOREIGN in lines_of(store, "logs/events.")
    assert lines_of(store, client_day(ACME, DAY)) == [event(ACME, "b", n=2), event(ACME, "c", of=ID)]
    assert lines_of(store, client_day(OTHER, DAY)) == [FOREIGN]
    assert [json.loads(line)["text"] for line in lines_of(store, "failed/split/")] == ["not json"]
    assert len(lines_of(store, "failed/events/")) == 2
    assert len(lines_of(store, "logs/predictions.")) == 2
    left = {key: bodies for key, bodies in everything(store).items() if key.startswith(("logs/", "spill/", "clients/"))}
    assert all(len(bodies) == 1 for bodies in left.values())


def test_the_account_of_the_range_still_adds_up(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    for subject in (None, EVENT, EVERYTHING):
        if subject:
            erase_in(lake, subject)
        found = account(store, plan_account(store, DAY, DAY))
        assert found.adds_up, (subject, found.cells, found.problems)


@pytest.mark.parametrize("subject", [EVENT, EVERYTHING], ids=str)
def test_a_notification_that_comes_again_brings_nothing_back(
    lake: tuple[ObjectStore, Ledger], subject: Subject
) -> None:
    store, ledger = lake
    erase_in(lake, subject)
    before = everything(store)
    for key in (RAW, SPILLED):
        assert split_object(store, ledger, key, owner="again", for_s=60).fate is Fate.SETTLED
    assert everything(store) == before


def test_an_event_is_gone_from_files_that_the_split_has_replaced(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    put(store, client_day(ACME, DAY) + "augury-replaced.json.gz", event(ACME, ID, n=1))
    store.delete([client_day(ACME, DAY) + "augury-replaced.json.gz"])
    drop = client_day(ACME, DAY) + "history.json"
    for content in (b'{"n":1}', b'{"n":2}'):
        store.put(drop, content)
    erase_in(lake, EVENT)
    found = everything(store)
    assert client_day(ACME, DAY) + "augury-replaced.json.gz" not in found
    assert sorted(found[drop]) == [b'{"n":1}', b'{"n":2}']


def test_all_of_a_client_is_gone_and_nothing_of_another(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    store.put(client_day(ACME, DAY) + "history.csv", b"n\n1\n")
    erase_in(lake, EVERYTHING)
    assert not list(store.list(client_folder(ACME)))
    found = everything(store)
    record = found.pop(erasure_key(ACME, None))
    assert json.loads(record[0])["state"] == "done"
    assert [key for key, bodies in found.items() if any(b'"acme"' in body for body in bodies)] == []
    assert lines_of(store, "logs/events.") == [b"", b"not json", b"", b"", FOREIGN]
    for prefix in ("logs/predictions.", "logs/feedback."):
        assert lines_of(store, prefix) == [b'{"client":"other"}']


def test_the_plan_says_what_will_be_touched_and_changes_nothing(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    drop = client_day(ACME, DAY) + "history.ndjson"
    store.put(drop, b'{"n":1}\n{"_event_id":"order-2026-000017"}\n')
    store.put(raw_events_hour(NINE) + "broken.gz", b"no gzip")
    store.put(client_models(ACME) + "odd/1/manifest.json", b"not json")
    before = everything(store)
    plan = plan_erasure(store, EVENT)
    assert everything(store) == before
    assert plan.lines == {Place.FAILED: 2, Place.RAW: 4, Place.REFUSED: 1, Place.CLIENT: 2}
    assert plan.remaining == (f"{drop}, row 2",)
    assert plan.unreadable == (raw_events_hour(NINE) + "broken.gz",)
    assert [(model.pipeline, model.version) for model in plan.models] == [("iris", "1"), ("odd", "1")]


def test_a_drop_that_holds_the_event_stays_as_it_is(lake: tuple[ObjectStore, Ledger]) -> None:
    store = lake[0]
    drop, content = client_day(ACME, DAY) + "history.ndjson", b'{"n":1}\n{"_event_id":"order-2026-000017"}\n'
    store.put(drop, content)
    erase_in(lake, EVENT)
    assert store.get(drop) == content


@pytest.mark.parametrize(("last", "lines"), [(DAY, 4), (date(2026, 11, 21), 0)])
def test_only_the_days_of_a_range_are_looked_through(lake: tuple[ObjectStore, Ledger], last: date, lines: int) -> None:
    plan = plan_erasure(lake[0], EVENT, Scope(date(2026, 11, 20), last))
    assert plan.lines.get(Place.RAW, 0) == lines


class Breaking(ObjectStore):
    """A store that fails at one of its writes, before or after it."""

    def __init__(self, store: ObjectStore, at: int, *, after: bool) -> None:
        super().__init__(store._client, store.bucket)
        self.left = at
        self._after = after

    def _count(self) -> Iterator[None]:
        self.left -= 1
        if self.left == 0 and not self._after:
            raise AwsUnavailable("broke off")
        yield
        if self.left == 0:
            raise AwsUnavailable("broke off")

    def put(self, *arguments: Any, **more: Any) -> None:
        for _ in self._count():
            super().put(*arguments, **more)

    def _remove(self, versions: Any) -> int:
        removed = 0
        for _ in self._count():
            removed = super()._remove(versions)
        return removed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("subject", [EVENT, EVERYTHING], ids=["event", "client"])
@pytest.mark.parametrize("at", range(1, 25, 4))
def test_what_breaks_off_anywhere_is_completed_by_erasing_again(
    lake: tuple[ObjectStore, Ledger], subject: Subject, at: int, after: bool
) -> None:
    store, ledger = lake
    try:
        erase_in((Breaking(store, at, after=after), ledger), subject)
    except AwsUnavailable:
        erase_in(lake, subject)
    found = everything(store)
    kept = {key: bodies for key, bodies in found.items() if not key.startswith("erasures/")}
    assert json.loads(found[erasure_key(ACME, subject.event_id)][-1])["client"] == "acme"
    for key, bodies in kept.items():
        assert len(bodies) == 1, key
        records = [json.loads(line) for line in bodies[0].splitlines() if line.startswith(b"{") and b'"_' in line]
        mine = [one for one in records if one.get("client") == "acme" and subject.event_id in (None, one["_event_id"])]
        assert not mine, key
    assert account(store, plan_account(store, DAY, DAY)).adds_up
    assert split_object(store, ledger, RAW, owner="again", for_s=60).fate is Fate.SETTLED


def test_what_the_split_writes_after_the_plan_was_made_is_looked_through_too(lake: tuple[ObjectStore, Ledger]) -> None:
    store, ledger = lake
    late = raw_events_hour(NINE) + "late.gz"
    put(store, late, event(ACME, ID, n=3), event(ACME, "d"))
    plan = plan_erasure(store, EVENT)
    split_object(store, ledger, late, owner="test", for_s=60)
    compacted, days = client_day(ACME, DAY) + "augury-compacted.json.gz", lines_of(store, client_day(ACME, DAY))
    put(store, compacted, *days)
    done = erase(store, plan, lambda *source: ledger.accept_content(Source(*source)))
    left = lines_of(store, client_day(ACME, DAY))
    assert set(left) == {event(ACME, "b", n=2), event(ACME, "c", of=ID), event(ACME, "d")}
    assert done.rewritten == len(plan.rewrites) + 2


def test_an_object_that_is_being_split_is_not_changed(store: ObjectStore, table: Table) -> None:
    ledger = Ledger(table, "test")
    put(store, RAW, *RAW_LINES)
    (summary,) = store.list(RAW)
    ledger.claim(Source(RAW, summary.etag, summary.size_bytes), "lambda", 60)
    with pytest.raises(ClaimLost, match="is being split right now"):
        erase_in((store, ledger), EVENT)
    assert lines_of(store, RAW) == RAW_LINES


def test_an_object_that_is_not_split_yet_is_split_without_what_was_erased(store: ObjectStore, table: Table) -> None:
    ledger = Ledger(table, "test")
    put(store, RAW, *RAW_LINES)
    erase_in((store, ledger), EVENT)
    assert split_object(store, ledger, RAW, owner="test", for_s=60).fate is Fate.SPLIT
    assert lines_of(store, client_day(ACME, DAY)) == [event(ACME, "b", n=2), event(ACME, "c", of=ID)]
    assert [json.loads(line)["line"] for line in lines_of(store, failed_split_key(RAW))] == [2]


def test_a_range_needs_both_its_days() -> None:
    with pytest.raises(ValueError, match="both its first and its last day"):
        Scope(DAY)
    with pytest.raises(ValueError, match="before it begins"):
        Scope(DAY, date(2026, 11, 22))
