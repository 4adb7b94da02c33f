"""The event as it is stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from augury.errors import AuguryError, Kind
from augury.events import Stamp, new_event_id, parse_json, stored_event
from augury.names import ClientName

ACME = ClientName("acme")
AT = datetime(2026, 11, 23, 23, 59, 59, 999_900, tzinfo=UTC)


def store(value: Any, at: datetime = AT) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(stored_event(value, ACME, at))
    return stored


def test_the_callers_fields_keep_their_order_and_values() -> None:
    stored = store({"z": 1.0, "a": [None, {"b": "ü"}], "timestamp": 12})
    assert list(stored) == ["z", "a", "timestamp", "client", "_event_id", "_received_at"]
    assert (stored["z"], stored["a"]) == (1.0, [None, {"b": "ü"}])
    assert isinstance(stored["z"], float)


def test_the_client_is_the_servers_word() -> None:
    assert store({"client": "victim"})["client"] == "acme"


def test_a_missing_timestamp_is_the_servers_time_in_seconds() -> None:
    assert store({})["timestamp"] == int(AT.timestamp())
    assert store({"timestamp": 1.5})["timestamp"] == 1.5


@pytest.mark.parametrize("timestamp", ["2026-11-23", None, True, [], {}])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: object) -> None:
    with pytest.raises(AuguryError) as refused:
        store({"timestamp": timestamp})
    assert refused.value.kind is Kind.INVALID_TIMESTAMP


@pytest.mark.parametrize("name", ["_event_id", "_received_at"])
def test_fields_of_the_server_are_refused(name: str) -> None:
    with pytest.raises(AuguryError) as refused:
        store({name: "x"})
    assert refused.value.kind is Kind.RESERVED_FIELD
    assert refused.value.details[0].loc == (name,)


@pytest.mark.parametrize("event_id", ["a" * 16, "a" * 64, "Order-2026_000017"])
def test_a_usable_event_id_of_the_caller_is_kept(event_id: str) -> None:
    stored = store({"event_id": event_id})
    assert stored["_event_id"] == stored["event_id"] == event_id


@pytest.mark.parametrize("event_id", ["a" * 15, "a" * 65, "with space 012345", 1234567890123456, None])
def test_an_unusable_event_id_stays_a_field_and_another_id_is_made(event_id: object) -> None:
    stored = store({"event_id": event_id})
    assert stored["event_id"] == event_id
    assert UUID(stored["_event_id"]).version == 7


def test_received_at_is_utc_with_milliseconds_cut_off() -> None:
    assert store({})["_received_at"] == "2026-11-23T23:59:59.999Z"
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert store({}, elsewhere)["_received_at"] == "2026-11-23T23:59:59.999Z"


def test_an_event_beyond_256_kib_is_refused() -> None:
    overhead = len(stored_event({"a": ""}, ACME, AT))
    assert len(stored_event({"a": "x" * (256 * 1024 - overhead)}, ACME, AT)) == 256 * 1024
    with pytest.raises(AuguryError) as refused:
        store({"a": "x" * (256 * 1024 - overhead + 1)})
    assert refused.value.kind is Kind.EVENT_TOO_LARGE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[1]", Kind.NOT_AN_OBJECT),
        ('{"a":' * 33 + "1" + "}" * 33, Kind.TOO_DEEP),
        ('{"a":' + "[" * 900 + "]" * 900 + "}", Kind.TOO_DEEP),
        (json.dumps({f"k{i}": 1 for i in range(1_001)}), Kind.TOO_MANY_KEYS),
        (json.dumps({f"k{i}": {"": 1} for i in range(501)}), Kind.TOO_MANY_KEYS),
    ],
)
def test_what_breaks_a_rule_is_not_stored(text: str, kind: Kind) -> None:
    with pytest.raises(AuguryError) as refused:
        store(parse_json(text.encode()))
    assert refused.value.kind is kind


@pytest.mark.parametrize(
    "value",
    [
        {"a": "{[" * 100},
        {"a": [[] for _ in range(100)]},
        {f"k{i}": '":' * 9 for i in range(1_000)},
        {f"key-number-{i}": 1 for i in range(1_000)},
    ],
)
def test_what_only_looks_deep_or_wide_is_stored(value: dict[str, Any]) -> None:
    assert store(value).items() >= value.items()


def test_the_ids_of_a_request_are_in_order_and_of_version_7() -> None:
    stamp = Stamp(ACME, AT)
    ids = [json.loads(stamp.stored({}))["_event_id"] for _ in range(5_000)]
    assert ids == sorted(set(ids))
    assert {(UUID(text).version, UUID(text).variant) for text in ids} == {(7, RFC_4122)}
    assert {UUID(text).int >> 80 for text in ids} == {int(AT.timestamp() * 1000)}


def test_ids_made_later_sort_later() -> None:
    ids = [new_event_id(AT + timedelta(milliseconds=step)) for step in range(5)]
    assert ids == sorted(ids)
    assert len({new_event_id(AT) for _ in range(100)}) == 100
