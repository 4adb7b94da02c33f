"""Historical rows as stored lines, and their way into the lake."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from augury.aws import ObjectStore
from augury.errors import AuguryError, Kind
from augury.formats import Row
from augury.historical import ImportRefused, StagedDrop, historical_line, publish, stage
from augury.names import ClientName

ACME = ClientName("acme")
DAY = date(2025, 3, 1)


def rows(*values: Any) -> Iterator[Row]:
    return (Row(number, value) for number, value in enumerate(values, start=1))


def staged(*values: Any) -> StagedDrop:
    return stage(rows(*values), ACME, DAY, io.BytesIO())


def line_of(value: Any, number: int = 1) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(historical_line(Row(number, value), ACME, DAY))
    return stored


def test_a_row_keeps_its_fields_and_gets_the_servers_with_the_days_midnight() -> None:
    stored = line_of({"z": 1.0, "a": None, "client": "acme"})
    assert list(stored) == ["z", "a", "client", "timestamp", "_event_id", "_received_at"]
    assert (stored["timestamp"], stored["_received_at"]) == (1740787200, "2025-03-01T00:00:00.000Z")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", stored["_event_id"])


def test_an_id_is_made_of_client_place_and_content() -> None:
    made = line_of({"n": 1})["_event_id"]
    other_client = json.loads(historical_line(Row(1, {"n": 1}), ClientName("other"), DAY))["_event_id"]
    assert line_of({"n": 1})["_event_id"] == made
    assert len({made, other_client, line_of({"n": 2})["_event_id"], line_of({"n": 1}, 2)["_event_id"]}) == 4


def test_a_callers_id_and_timestamp_are_kept() -> None:
    stored = line_of({"event_id": "order-2026-000017", "timestamp": 12.5})
    assert (stored["_event_id"], stored["timestamp"]) == ("order-2026-000017", 12.5)


def test_what_augury_itself_stored_is_taken_back_unchanged() -> None:
    exported = line_of({"n": 1, "_event_id": "0123456789abcdef", "_received_at": "2025-03-01T12:00:00.000Z"})
    assert line_of(exported, number=7) == exported


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([1], Kind.NOT_AN_OBJECT),
        ({"client": "other"}, Kind.RESERVED_FIELD),
        ({"client": None}, Kind.RESERVED_FIELD),
        ({"_event_id": "short"}, Kind.RESERVED_FIELD),
        ({"_event_id": 17}, Kind.RESERVED_FIELD),
        ({"_received_at": "yesterday"}, Kind.RESERVED_FIELD),
        ({"_received_at": "2025-03-02T00:00:00.000Z"}, Kind.RESERVED_FIELD),
        ({"timestamp": "2025"}, Kind.INVALID_TIMESTAMP),
        ({"timestamp": True}, Kind.INVALID_TIMESTAMP),
        ({"text": "x" * 262_144}, Kind.EVENT_TOO_LARGE),
        ({str(n): n for n in range(1_001)}, Kind.TOO_MANY_KEYS),
    ],
    ids=str,
)
def test_what_is_no_event_is_refused_by_name(value: Any, kind: Kind) -> None:
    with pytest.raises(AuguryError) as refused:
        line_of(value)
    assert refused.value.kind is kind


def test_a_published_drop_is_one_gzip_object_of_the_clients_day(store: ObjectStore) -> None:
    drop = staged({"n": 1}, {"n": 2})
    assert publish(store, drop)
    (found,) = store.list("clients/")
    assert re.fullmatch(r"clients/acme/events/2025/03/01/import-[0-9a-f]{32}\.json\.gz", found.key)
    assert [json.loads(line)["n"] for line in gzip.decompress(store.get(found.key)).splitlines()] == [1, 2]


def test_importing_again_changes_nothing_and_other_content_is_another_drop(store: ObjectStore) -> None:
    assert publish(store, staged({"n": 1}))
    (before,) = store.list("clients/")
    assert not publish(store, staged({"n": 1}))
    assert list(store.list("clients/")) == [before]
    assert publish(store, staged({"n": 2}))
    assert len(list(store.list("clients/"))) == 2


def test_one_bad_row_publishes_nothing_unless_it_may_be_left_out(store: ObjectStore) -> None:
    drop = staged({"n": 1}, [2], {"n": 3})
    with pytest.raises(ImportRefused, match="1 rows are no events"):
        publish(store, drop)
    assert not list(store.list(""))
    assert publish(store, drop, skip_invalid=True)
    assert [(refusal.number, refusal.error.kind) for refusal in drop.refusals] == [(2, Kind.NOT_AN_OBJECT)]


@pytest.mark.parametrize("values", [(), ([1],)])
def test_a_file_without_events_publishes_nothing(store: ObjectStore, values: tuple[Any, ...]) -> None:
    with pytest.raises(ImportRefused, match="no event"):
        publish(store, staged(*values), skip_invalid=True)
    assert not list(store.list(""))


def test_a_source_that_breaks_off_publishes_nothing_and_a_repeat_completes_it(store: ObjectStore) -> None:
    def interrupted() -> Iterator[Row]:
        yield Row(1, {"n": 1})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(store, stage(interrupted(), ACME, DAY, io.BytesIO()))
    assert not list(store.list(""))
    assert publish(store, staged({"n": 1}))


def test_only_the_first_refusals_are_held() -> None:
    drop = stage((Row(number, number) for number in range(5_000)), ACME, DAY, io.BytesIO())
    assert (drop.refused, len(drop.refusals)) == (5_000, 1_000)
