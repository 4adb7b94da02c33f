"""What the split function makes of messages."""

from __future__ import annotations

import gzip
import importlib
import json
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

import pytest

from augury.aws import ObjectStore, Table
from augury.split import Counts, Fate, Ledger, SplitResult
from functions.split_events.metrics import SplitMetrics
from tests.conftest import REGION
from tests.split_cases import event

RAW = "logs/events.2026/11/23/09/"


@pytest.fixture
def function(store: ObjectStore, table: Table, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name, value in {
        "AUGURY_STAGE": "test",
        "AUGURY_BUCKET": store.bucket,
        "AUGURY_TABLE": table.name,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "POWERTOOLS_SERVICE_NAME": "augury-split",
    }.items():
        monkeypatch.setenv(name, value)
    module = importlib.import_module("functions.split_events.handler")
    return importlib.reload(module)


def told_of(*keys: str) -> str:
    return json.dumps({"Records": [{"s3": {"object": {"key": quote_plus(key)}}} for key in keys]})


def failed(function: ModuleType, *bodies: str) -> list[str]:
    """Return the ids of the messages that come back; each has its place for an id."""
    message = {"eventSource": "aws:sqs", "attributes": {"SentTimestamp": "1700000000000"}}
    records = [{"messageId": str(place), "body": body, **message} for place, body in enumerate(bodies)]
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)
    answer: Any = function.handler({"Records": records}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def lines_split(store: ObjectStore) -> int:
    return sum(len(gzip.decompress(store.get(summary.key)).splitlines()) for summary in store.list("clients/"))


@pytest.mark.parametrize("name", ["a.gz", "a b+c.gz", "ü=?&%41.gz", "sub/.gz", ""])
def test_an_object_of_any_name_is_split(function: ModuleType, store: ObjectStore, name: str) -> None:
    store.put(RAW + name, gzip.compress(event()))
    assert failed(function, told_of(RAW + name)) == []
    assert lines_split(store) == 1


def test_spilled_events_are_split_too_and_nothing_else_is(function: ModuleType, store: ObjectStore) -> None:
    for key in ("spill/events/2026/11/23/09/a.gz", "logs/predictions.2026/a.gz", "clients/acme/events/x.gz"):
        store.put(key, gzip.compress(event()))
    told = told_of("spill/events/2026/11/23/09/a.gz", "logs/predictions.2026/a.gz", "clients/acme/events/x.gz")
    assert failed(function, told) == []
    assert lines_split(store) == 2  # the spilled one, beside what was there


def test_a_message_that_comes_again_changes_nothing(function: ModuleType, store: ObjectStore) -> None:
    store.put(RAW + "a.gz", gzip.compress(event()))
    failed(function, told_of(RAW + "a.gz"))
    before = [(summary.key, summary.modified) for summary in store.list("")]
    assert failed(function, told_of(RAW + "a.gz"), told_of(RAW + "a.gz")) == []
    assert [(summary.key, summary.modified) for summary in store.list("")] == before


def test_an_object_that_is_gone_is_told_and_not_tried_again(
    function: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failed(function, told_of(RAW + "gone.gz")) == []
    assert '"ObjectsGone":1' in capsys.readouterr().out.replace(" ", "")


def test_an_object_that_cannot_be_read_is_told_and_not_tried_again(function: ModuleType, store: ObjectStore) -> None:
    store.put(RAW + "a.gz", gzip.compress(event())[:-3])
    assert failed(function, told_of(RAW + "a.gz")) == []
    assert len(list(store.list("failed/split/"))) == 1


def test_the_message_of_a_trial_is_taken(function: ModuleType) -> None:
    assert failed(function, '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"lake"}') == []


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "{}", "7", '{"Records":[{"s3":{}}]}'])
def test_a_message_that_s3_did_not_send_ends_with_the_dead_letters(
    function: ModuleType, store: ObjectStore, body: str
) -> None:
    store.put(RAW + "a.gz", gzip.compress(event()))
    assert failed(function, body, told_of(RAW + "a.gz")) == ["0"]
    assert lines_split(store) == 1


def test_what_another_splits_now_comes_back_alone(function: ModuleType, store: ObjectStore, table: Table) -> None:
    for name in ("a.gz", "b.gz"):
        store.put(RAW + name, gzip.compress(event()))
    opened = store.open_object(RAW + "a.gz")
    from augury.split import Source

    Ledger(table, "spark").claim(Source(RAW + "a.gz", opened.etag, opened.size_bytes), "you", 60)
    assert failed(function, told_of(RAW + "a.gz"), told_of(RAW + "b.gz")) == ["0"]


def test_counts_stand_in_the_log_by_stage(capsys: pytest.CaptureFixture[str]) -> None:
    SplitMetrics("prod").count(SplitResult("logs/a.gz", Fate.SPLIT, Counts(lines=5, failed=2)), lag_s=-0.2)
    metrics = json.loads(capsys.readouterr().out)
    (directive,) = metrics["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Augury", [["stage"]])
    assert (metrics["stage"], metrics["source"]) == ("prod", "logs/a.gz")
    assert {metric["Name"]: metrics[metric["Name"]] for metric in directive["Metrics"]} == {
        "LinesSplit": 3,
        "LinesFailed": 2,
        "ObjectsSplit": 1,
        "ObjectsQuarantined": 0,
        "ObjectsOverwritten": 0,
        "ObjectsGone": 0,
        "SplitLagSeconds": 0,
    }


@pytest.mark.parametrize(("fate", "lags"), [(Fate.SPLIT, [63]), (Fate.SETTLED, [])])
def test_how_late_an_object_was_split_is_counted_once(
    capsys: pytest.CaptureFixture[str], fate: Fate, lags: list[int]
) -> None:
    SplitMetrics("prod").count(SplitResult("logs/a.gz", fate, Counts()), lag_s=62.6)
    metrics = json.loads(capsys.readouterr().out)
    assert [metrics[name] for name in ("SplitLagSeconds",) if name in metrics] == lags
