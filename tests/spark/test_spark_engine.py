"""The Spark engine on a real Spark: the same lake as every other engine, whatever comes in."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from augury.analysis import account, plan_account
from augury.aws import ObjectStore, Table
from augury.aws.addresses import LakeAddress
from augury.aws.connection import Connection
from augury.aws.directory import DirectoryStore
from augury.lake import client_day
from augury.privacy import Subject, erase, plan_erasure
from augury.split import Fate, Source, split_object
from augury.split.bulk.outcome import BulkOutcome
from augury.split.bulk.publication import Publication
from augury.split.bulk.running import run_bulk
from augury.split.bulk.spark_engine import SparkEngine
from augury.split.ledger import Ledger
from augury.split.plan_rows import PlanRows
from tests.bulk_scenario import (
    ACME,
    DAY,
    DROP,
    NOW,
    RAW,
    contents,
    furnish,
    ledger_rows,
    line,
    lines_of,
    plan,
    put_lines,
    run,
)
from tests.conftest import make_bucket, make_table
from tests.spark.conftest import REGION
from tests.split_cases import LINES, RAW_LINES

# pyspark closes the sockets of its results when they are collected as garbage, and not before.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

if TYPE_CHECKING:
    from pyspark import SparkContext


@pytest.fixture
def lakes(connection: Connection, request: pytest.FixtureRequest) -> tuple[ObjectStore, ObjectStore]:
    names = (f"augury-{abs(hash(request.node.nodeid)) % 10**9}-{which}" for which in "ab")
    first, second = (make_bucket(connection, name) for name in names)
    return first, second


def run_spark(
    spark: SparkContext, store: ObjectStore, table: Table, lake: LakeAddress, target_bytes: int = 1_000_000
) -> list[BulkOutcome]:
    plans, engine = PlanRows(table), SparkEngine(spark, lake)
    publication = Publication(store, Ledger(table, "spark", lambda: NOW), plans, engine)
    return run_bulk(publication, plans, lambda: plan(store, table, target_bytes=target_bytes))


def address(store: ObjectStore, endpoint_url: str) -> LakeAddress:
    return LakeAddress(f"s3://{store.bucket}", endpoint_url, REGION)


def test_it_leaves_the_same_bytes_as_its_parts_without_spark(
    spark: SparkContext, lakes: tuple[ObjectStore, ObjectStore], connection: Connection, endpoint_url: str
) -> None:
    ours, theirs = lakes
    tables = [make_table(connection, store.bucket) for store in lakes]
    for store, table in zip(lakes, tables, strict=True):
        furnish(store, table)
    drop = ours.get(DROP)
    run_spark(spark, ours, tables[0], address(ours, endpoint_url))
    run(theirs, tables[1])
    assert contents(ours) == contents(theirs)
    assert ledger_rows(tables[0]) == ledger_rows(tables[1])
    assert ours.get(DROP) == drop
    assert run_spark(spark, ours, tables[0], address(ours, endpoint_url)) == []


def test_an_event_erased_after_spark_rewrote_its_day_never_comes_back(
    spark: SparkContext, lakes: tuple[ObjectStore, ObjectStore], connection: Connection, endpoint_url: str
) -> None:
    store, _ = lakes
    table = make_table(connection, store.bucket)
    store._client.put_bucket_versioning(Bucket=store.bucket, VersioningConfiguration={"Status": "Enabled"})
    furnish(store, table)
    run_spark(spark, store, table, address(store, endpoint_url))
    ledger, gone = Ledger(table, "test", lambda: NOW), {line("acme", 2), line("acme", 2, extra=True)}
    assert gone <= lines_of(store, ACME).keys()
    erase(store, plan_erasure(store, Subject(ACME, "acme-2")), lambda *to: ledger.accept_content(Source(*to)))
    for key in RAW:
        assert split_object(store, ledger, key, owner="told again", for_s=900).fate is Fate.SETTLED
    assert run_spark(spark, store, table, address(store, endpoint_url)) == []
    put_lines(store, "logs/events.2026/11/23/13/new.gz", [line("acme", 40)])
    run_spark(spark, store, table, address(store, endpoint_url))
    left = lines_of(store, ACME)
    assert not gone & left.keys()
    assert {line("acme", 1), line("acme", 40)} < left.keys()
    assert account(store, plan_account(store, DAY, DAY)).adds_up
    versions = store._client.list_object_versions(Bucket=store.bucket, Prefix="clients/acme/")["Versions"]
    bodies = [store._client.get_object(Bucket=store.bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
              for one in versions if one["Key"].endswith(".gz")]  # fmt: skip
    assert not [body for body in bodies if b'"acme-2"' in gzip.decompress(body)]


def test_spark_itself_reads_what_was_written_from_s3(
    spark: SparkContext,
    jars: list[Path],
    lakes: tuple[ObjectStore, ObjectStore],
    connection: Connection,
    endpoint_url: str,
) -> None:
    if not jars:
        pytest.skip("no jars for s3://: run make spark-jars")
    from pyspark.sql import SparkSession

    store, _ = lakes
    table = make_table(connection, store.bucket)
    furnish(store, table)
    (outcome,) = run_spark(spark, store, table, address(store, endpoint_url))
    day = f"s3://{store.bucket}/{client_day(ACME, DAY)}"
    read = SparkSession(spark).read.text(f"{day}augury-*").collect()
    (part,) = [part for part in outcome.parts if (part.client, part.day) == (ACME, DAY)]
    assert Counter(row.value.encode() for row in read) == Counter(gzip.decompress(store.get(part.key)).splitlines())


def test_most_events_of_one_client_are_spread_over_files_and_tasks(
    spark: SparkContext, table: Table, tmp_path: Path
) -> None:
    store = DirectoryStore(tmp_path)
    for hour in range(4):
        lines = [line("acme" if n % 10 else f"small-{n % 7}", 1_000 * hour + n) for n in range(1_000)]
        put_lines(store, f"logs/events.2026/11/23/{hour:02}/a.gz", lines)
    (outcome,) = run_spark(spark, store, table, LakeAddress(tmp_path.as_uri()), target_bytes=100_000)
    sizes = Counter(part.client for part in outcome.parts)
    assert sizes.pop(ACME) == 5
    assert set(sizes.values()) == {1}
    assert sum(part.lines for part in outcome.parts) == 4_000


EVENTS = st.builds(
    lambda client, n, second, event_id, day: line(
        client, n, second=second, event_id=event_id, day=DAY if day else DAY.replace(day=24)
    ),
    st.sampled_from(["acme", "other", "third"]),
    st.integers(0, 3),
    st.integers(0, 59),
    st.sampled_from([None, "", "shared-id-of-some-events"]),
    st.booleans(),
)
OBJECTS = st.lists(RAW_LINES | st.lists(EVENTS, max_size=40), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(OBJECTS)
@example([[text for text, _ in LINES.values()]])
def test_both_engines_keep_every_line(spark: SparkContext, aws: Connection, objects: list[list[bytes]]) -> None:
    by_spark, by_function = (split_by(engine, spark, aws, objects) for engine in ("spark", "function"))
    came_in = Counter(text for lines in objects for text in lines if text)
    assert by_function.lines <= came_in
    assert by_function.lines.total() + by_function.failed.total() == came_in.total()
    assert by_spark.failed == by_function.failed
    assert by_spark.lines <= by_function.lines
    assert by_function.lines.total() - by_spark.lines.total() == by_spark.duplicates
    assert set(distinct(by_function.lines)) == set(distinct(by_spark.lines))


@dataclass
class Lake:
    lines: Counter[bytes]
    failed: Counter[bytes]
    duplicates: int = 0


def split_by(engine: str, spark: SparkContext, aws: Connection, objects: list[list[bytes]]) -> Lake:
    with tempfile.TemporaryDirectory() as directory:
        store = DirectoryStore(Path(directory))
        for number, lines in enumerate(objects):
            put_lines(store, f"logs/events.2026/11/23/{number:02}/a.gz", lines)
        table, duplicates = make_table(aws, f"augury-{uuid4().hex}"), 0
        if engine == "spark":
            outcomes = run_spark(spark, store, table, LakeAddress(Path(directory).as_uri()))
            duplicates = sum(part.duplicates for outcome in outcomes for part in outcome.parts)
        else:
            for entry in list(store.list("logs/")):
                split_object(store, Ledger(table, "lambda"), entry.key, owner="function", for_s=900)
        return Lake(Counter(texts(store, "clients/")), Counter(texts(store, "failed/split/")), duplicates)


def texts(store: ObjectStore, prefix: str) -> Iterator[bytes]:
    for body in contents(store, prefix).values():
        yield from filter(None, gzip.decompress(body).split(b"\n"))


def distinct(lines: Counter[bytes]) -> list[str]:
    """Return what readers see: of events of one day, each content once, whichever copy of it was kept."""
    found = []
    for text in lines.elements():
        event = json.loads(text)
        day = event.pop("_received_at")[:10]
        kept = event if "_event_id" in event else text.decode()
        found.append(json.dumps([day, kept], sort_keys=True))
    return found
