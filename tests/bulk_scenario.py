"""A small lake in which everything is there that the split in bulk meets, and what must be left of it."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from augury.aws import ObjectStore, Table
from augury.lake import EventsPrefix, client_day, split_output_key
from augury.names import ClientName
from augury.split import split_object
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.planning import BulkPlan, Scope
from augury.split.bulk.publication import Publication
from augury.split.bulk.running import held, run_bulk
from augury.split.bulk.survey import survey
from augury.split.entries import Source
from augury.split.ledger import Ledger
from augury.split.plan_rows import PlanRows
from augury.split.run_lock import RunLock
from tests.in_process_engine import InProcessEngine

DAY, NEXT_DAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
ACME, OTHER = ClientName("acme"), ClientName("other")
SCOPE = Scope(first=DAY, last=DAY)
DROP = f"{client_day(ACME, DAY)}sales.csv"
BROKEN_OFF = "logs/events.2026/11/23/10/broken-off.gz"
LATE = "logs/events.2026/11/23/23/late.gz"
CUT = "logs/events.2026/11/23/11/cut.gz"
DONE = "spill/events/2026/11/23/09/done.gz"


def line(
    client: str, n: int, *, event_id: str | None = "", day: date = DAY, second: int = 0, **fields: object
) -> bytes:
    event = {"n": n, **fields, "client": client, "timestamp": 5}
    if event_id is not None:
        event["_event_id"] = event_id or f"{client}-{n}"
    return json.dumps({**event, "_received_at": f"{day}T10:00:{second:02}.000Z"}).encode()


# Of the two lines with n=1 one is left out, of the two with n=2 both stay; what has no id is there twice.
RAW = {
    DONE: [line("acme", 1, second=9), line("acme", 2)],
    BROKEN_OFF: [
        line("acme", 1),
        line("acme", 7, event_id=None),
        line("acme", 7, event_id=None),
        line("other", 3),
        b"?",
    ],
    LATE: [line("acme", 2, extra=True), line("acme", 4, day=NEXT_DAY), line("other", 3, second=2), line("other", 5)],
}


def put_lines(store: ObjectStore, key: str, lines: list[bytes]) -> None:
    store.put(key, gzip.compress(b"".join(text + b"\n" for text in lines), mtime=0))


def furnish(store: ObjectStore, table: Table) -> None:
    """One object split by a function, one broken off in the middle, one late, one cut short, and a drop."""
    for key, lines in RAW.items():
        put_lines(store, key, lines)
    store.put(CUT, gzip.compress(line("acme", 8) * 99, mtime=0)[:-9])
    store.put(DROP, b"n\n1\n")
    then = Ledger(table, "lambda", lambda: NOW - timedelta(days=30))
    split_object(store, then, DONE, owner="function", for_s=900)
    (found,) = store.list(BROKEN_OFF)
    then.claim(Source(found.key, found.etag, found.size_bytes), "function that was killed", for_s=900)
    put_lines(store, split_output_key(ACME, DAY, BROKEN_OFF), RAW[BROKEN_OFF][:3])


def run(
    store: ObjectStore,
    table: Table,
    scope: Scope = SCOPE,
    *,
    now: datetime = NOW,
    holder: str = "test",
    abandon: bool = False,
    on_step: Callable[[str], object] = lambda _: None,
    target_bytes: int = 1_000_000,
) -> list[BulkOutcome]:
    ledger, plans = Ledger(table, "spark", lambda: now), PlanRows(table)
    publication = Publication(store, ledger, plans, InProcessEngine(store), on_step)
    with held(RunLock(table, holder, 600, lambda: now), on_lost=lambda: None):
        return run_bulk(publication, plans, lambda: plan(store, table, scope, now, target_bytes), abandon=abandon)


def plan(
    store: ObjectStore, table: Table, scope: Scope = SCOPE, now: datetime = NOW, target_bytes: int = 1_000_000
) -> BulkPlan:
    ledger = Ledger(table, "spark", lambda: now)
    return survey(store, ledger, scope, EventsPrefix(), now=now, target_bytes=target_bytes).plan


def contents(store: ObjectStore, prefix: str = "") -> dict[str, bytes]:
    return {entry.key: store.get(entry.key) for entry in store.list(prefix)}


def lines_of(store: ObjectStore, client: ClientName, day: date = DAY) -> Counter[bytes]:
    found = Counter[bytes]()
    for key, body in contents(store, f"{client_day(client, day)}augury-").items():
        assert key.endswith(".json.gz")
        found.update(gzip.decompress(body).splitlines())
    return found


def ledger_rows(table: Table) -> dict[str, Any]:
    found = {key: Ledger(table, "").entry(key) for key in [*RAW, CUT]}
    return {key: (entry.state, entry.counts) if entry else None for key, entry in found.items()}
