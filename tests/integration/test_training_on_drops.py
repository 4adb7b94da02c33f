"""Drops of every format are trained on beside split events, and stay as they were laid."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from augury.aws import ObjectStore, Table
from augury.aws.connection import Connection
from augury.cli.training import Job, train_on_events
from augury.events import stored_event
from augury.frames import read_events
from augury.lake import client_day, is_split_output, raw_events_hour
from augury.names import ClientName, Version
from augury.split import Fate, Ledger, split_object
from training import iris_xgboost

ACME, DAY = ClientName("acme"), date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
RAW = raw_events_hour(NINE) + "stream-1.gz"
DEFINITION = Path(iris_xgboost.__file__)
EVENTS = iris_xgboost.example_events()


def ndjson(events: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def csv(events: list[dict[str, Any]]) -> bytes:
    return pd.DataFrame(events).to_csv(index=False).encode()


def parquet(events: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pd.DataFrame(events).to_parquet(file)
    return file.getvalue()


DROPS = {
    "array.json": json.dumps(EVENTS[1::10]).encode(),
    "array.json.gz": gzip.compress(json.dumps(EVENTS[2::10]).encode()),
    "lines.ndjson": ndjson(EVENTS[3::10]),
    "lines.jsonl.gz": gzip.compress(ndjson(EVENTS[4::10])),
    "table.csv": csv(EVENTS[5::10]),
    "table.csv.gz": gzip.compress(csv(EVENTS[6::10])),
    "table.parquet": parquet(EVENTS[7::10]),
    "table.parquet.gz": gzip.compress(parquet(EVENTS[8::10])),
    "objects.json": "\n".join(json.dumps(event, indent=2) for event in EVENTS[9::10]).encode(),
}


@pytest.fixture
def lake(store: ObjectStore, table: Table) -> ObjectStore:
    for name, content in DROPS.items():
        store.put(client_day(ACME, DAY) + name, content)
    lines = [stored_event(event, ACME, NINE) + b"\n" for event in EVENTS[0::10]]
    store.put(RAW, gzip.compress(b"".join(lines)))
    assert split_object(store, Ledger(table, "test"), RAW, owner="test", for_s=60).fate is Fate.SPLIT
    return store


def test_every_format_is_trained_on_beside_split_events(aws: Connection, lake: ObjectStore, tmp_path: Path) -> None:
    job = Job(client=ACME, version=Version("1"), directory=tmp_path / "artifact", signer=None, quiet=True)
    outcome = train_on_events(aws, lake.bucket, DEFINITION, DAY, DAY, job)
    assert outcome.manifest.rows == len(EVENTS)
    assert [(field.name, field.type) for field in outcome.manifest.inputs.fields] == [
        (f"f{number}", "number") for number in range(1, 5)
    ]
    assert outcome.manifest.metrics["accuracy"] > 0.9


def test_the_frame_is_that_of_the_events_themselves(aws: Connection, lake: ObjectStore) -> None:
    events = read_events(aws, lake.bucket, ACME, DAY, DAY)
    assert (events.objects, events.skipped, events.duplicates) == (10, (), 0)
    fields = [*EVENTS[0]]
    expected = pd.DataFrame(EVENTS).sort_values(fields, ignore_index=True)
    assert events.frame[fields].sort_values(fields, ignore_index=True).equals(expected[fields])


def test_no_drop_is_rewritten_or_removed_by_the_split(lake: ObjectStore) -> None:
    drops = {
        summary.key.rpartition("/")[2]: lake.get(summary.key)
        for summary in lake.list(client_day(ACME, DAY))
        if not is_split_output(summary.key)
    }
    assert drops == DROPS
