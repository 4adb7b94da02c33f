"""On a thread that must not wait, nothing does: the work is begun anew on another, and nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from augury.aws import DeliveryStream, FunctionInvoker, NotFound, ObjectStore, Table
from augury.aws.connection import Connection
from augury.clients.last_used import LastUsed
from augury.registry import Registry
from augury.serving import ModelCache, PipelineDirectory, PredictionEngine, PredictRequest
from augury.serving.freshness import RefreshingCache
from augury.training import register
from augury.waiting import MustWait, before_waiting, no_waiting
from tests.artifacts import ACME, FLOWER, TRUST, trained_iris


def test_a_thread_may_wait_again_once_the_block_is_left() -> None:
    with no_waiting(), no_waiting(), pytest.raises(MustWait):
        before_waiting()
    before_waiting()


def test_nothing_of_aws_is_asked(table: Table, store: ObjectStore) -> None:
    calls: list[Callable[[], object]] = [
        lambda: table.get("a", "b"),
        lambda: list(table.query("a")),
        lambda: store.get("no-such-key"),
        lambda: list(store.list("a/")),
        lambda: FunctionInvoker(Connection(region="eu-west-1")).invoke("f", "live", b"{}", within_s=1),
        lambda: DeliveryStream(Connection(region="eu-west-1").firehose(), "s").put_batch([b"x"]),
    ]
    for call in calls:
        with no_waiting(), pytest.raises(MustWait):
            call()
    with pytest.raises(NotFound):
        store.get("no-such-key")


def test_what_handles_failures_does_not_take_it_for_one(table: Table) -> None:
    last_used = LastUsed(table)
    with no_waiting(), pytest.raises(MustWait):
        last_used.mark("key")
    assert last_used.of("key") is None
    last_used.mark("key")
    assert last_used.of("key") is not None


def test_a_value_that_is_known_is_given_and_one_that_is_not_is_waited_for_elsewhere() -> None:
    cache = RefreshingCache[str, int](lambda key, _: len(key), fresh_s=5, oldest_s=10)
    with no_waiting(), pytest.raises(MustWait):
        cache.get("abc")
    assert cache.get("abc") == 3
    with no_waiting():
        assert cache.get("abc") == 3


def test_a_prediction_waits_for_its_model_once_and_is_logged_once(
    table: Table, store: ObjectStore, tmp_path: Path
) -> None:
    registry = Registry(table)
    register(trained_iris().directory, ACME, store=store, registry=registry, trust=TRUST)
    logged: list[object] = []
    models = ModelCache(store, tmp_path, limit_bytes=10**9, trust=TRUST)
    engine = PredictionEngine(PipelineDirectory(registry, ttl_s=60), models, logged.append)
    flower = PredictRequest(rows=(FLOWER,), single=True)
    with no_waiting(), pytest.raises(MustWait):
        engine.predict(ACME, flower)
    first = engine.predict(ACME, flower)
    with no_waiting():
        second = engine.predict(ACME, flower)
    assert first.predictions == second.predictions
    assert len(logged) == 2
