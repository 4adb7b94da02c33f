"""The prediction log and feedback as frames."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.formats import SourceUnreadable
from augury.frames import join_feedback, read_feedback, read_predictions
from augury.lake import direct_feedback_key, raw_feedback_hour, raw_predictions_hour
from augury.names import ClientName

ACME, DAY = ClientName("acme"), date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def put(store: ObjectStore, key: str, *lines: dict[str, Any]) -> None:
    store.put(key, gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode()))


def answered(puid: str, at: datetime = NINE, **fields: Any) -> dict[str, Any]:
    return {"client": "acme", "puid": puid, "row": 0, "pipeline": "iris", "time": at.isoformat(), **fields}


def told(puid: str, minute: int, **fields: Any) -> dict[str, Any]:
    at = f"2026-11-23T09:{minute:02}:00.000Z"
    return {"client": "acme", "puid": puid, "reward": None, "truth": None, "_received_at": at, **fields}


def test_only_lines_of_the_client_and_the_days_are_read(aws: Connection, store: ObjectStore) -> None:
    late = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    hour = raw_predictions_hour(NINE)
    put(store, hour + "1.gz", answered("a"), answered("b", client="acme-2"), answered("c", input={"x": "acme"}))
    put(store, hour + "2.gz", answered("d", client="other", input={"client": "acme"}))
    put(
        store,
        raw_predictions_hour(late + timedelta(hours=1)) + "1.gz",
        answered("late", late),
        answered("next", late + timedelta(minutes=1)),
    )
    frame = read_predictions(aws, store.bucket, ACME, DAY, DAY)
    assert sorted(frame["puid"]) == ["a", "c", "late"]
    assert frame["time"].max() == pd.Timestamp(late)


def test_a_line_that_firehose_laid_twice_is_read_once(aws: Connection, store: ObjectStore) -> None:
    for name in ("1.gz", "2.gz"):
        put(store, raw_predictions_hour(NINE) + name, answered("a"), answered("a", row=1))
    assert list(read_predictions(aws, store.bucket, ACME, DAY, DAY)["row"]) == [0, 1]


def test_days_without_a_line_give_a_frame_without_rows(aws: Connection, store: ObjectStore) -> None:
    predictions = read_predictions(aws, store.bucket, ACME, DAY, DAY)
    joined = join_feedback(predictions, read_feedback(aws, store.bucket, ACME, DAY, DAY))
    assert joined.empty
    assert {"puid", "variation", "latency_ms", "reward", "truth"} <= set(joined.columns)


def test_a_range_that_ends_before_it_begins_is_refused(aws: Connection, store: ObjectStore) -> None:
    with pytest.raises(ValueError, match="before it begins"):
        read_predictions(aws, store.bucket, ACME, DAY, DAY - timedelta(days=1))


def test_an_object_that_is_cut_short_is_no_silent_loss(aws: Connection, store: ObjectStore) -> None:
    store.put(raw_predictions_hour(NINE) + "1.gz", gzip.compress(json.dumps(answered("a")).encode())[:-9])
    with pytest.raises(SourceUnreadable, match="logs/predictions"):
        read_predictions(aws, store.bucket, ACME, DAY, DAY)


def test_the_last_reward_and_the_last_truth_of_a_puid_count(aws: Connection, store: ObjectStore) -> None:
    put(store, raw_predictions_hour(NINE) + "1.gz", answered("a"), answered("a", row=1), answered("b"), answered("c"))
    put(store, raw_feedback_hour(NINE) + "1.gz", told("a", 3, reward=2.0), told("b", 1, truth=False))
    put(store, direct_feedback_key(NINE, "1"), told("a", 1, reward=1.0), told("a", 4, truth="x"))
    put(store, raw_feedback_hour(NINE) + "2.gz", told("c", 1, reward=9.0, client="other"))
    predictions = read_predictions(aws, store.bucket, ACME, DAY, DAY)
    joined = join_feedback(predictions, read_feedback(aws, store.bucket, ACME, DAY, DAY))
    assert list(joined["puid"]) == ["a", "a", "b", "c"]
    assert list(joined["reward"].fillna(-1)) == [2.0, 2.0, -1, -1]
    assert list(joined["truth"]) == ["x", "x", False, None]
