"""From the bytes of a request to the values that may be events."""

from __future__ import annotations

import gzip
import json
import time

import pytest

from augury.errors import AuguryError, Kind
from augury.ingest import decode_body, decode_parameters
from augury.ingest.decoding import MAX_INFLATED_BYTES, MAX_WIRE_BYTES

# Each takes well under a second alone on a core; tests share theirs.
HANG_S = 3


def refusal(body: bytes, content_type: str = "", encoding: str = "") -> Kind:
    with pytest.raises(AuguryError) as refused:
        decode_body(body, content_type, encoding)
    return refused.value.kind


def test_one_object_is_a_single_event() -> None:
    batch = decode_body(b'{"f1":5.1}')
    assert batch.single
    assert batch.values[0] == {"f1": 5.1}


def test_an_array_holds_several_events_of_which_some_may_be_bad() -> None:
    batch = decode_body(b'[{"f1":1}, 7]')
    assert not batch.single
    assert batch.values == [{"f1": 1}, 7]


def test_ndjson_holds_one_value_a_line_and_a_bad_line_spoils_no_other() -> None:
    batch = decode_body(b'{"f1":1}\n\nnot json\r\n{"f1":2}', "application/x-ndjson; charset=utf-8")
    assert [value for value in batch.values if isinstance(value, dict)] == [{"f1": 1}, {"f1": 2}]
    assert [value.kind for value in batch.values if isinstance(value, AuguryError)] == [Kind.INVALID_JSON]


@pytest.mark.parametrize(("body", "content_type"), [(b"[]", ""), (b"\n \n", "application/x-ndjson")])
def test_a_request_without_events_is_refused(body: bytes, content_type: str) -> None:
    assert refusal(body, content_type) is Kind.NO_EVENTS


@pytest.mark.parametrize("count", [4_999, 5_000])
def test_five_thousand_events_are_taken(count: int) -> None:
    assert len(decode_body(json.dumps([{}] * count).encode()).values) == count


def test_more_than_five_thousand_events_are_refused() -> None:
    assert refusal(json.dumps([{}] * 5_001).encode()) is Kind.TOO_MANY_EVENTS


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        (b"x\n" * 8_000_000, "application/x-ndjson"),
        (b"1\n" * 8_000_000, "application/x-ndjson"),
        (b"\n" * 16_000_000, "application/x-ndjson"),
        (b"[" + b"{}," * 1_000_000 + b"{}]", ""),
    ],
)
def test_a_body_of_millions_of_lines_is_refused_before_they_are_read(text: bytes, content_type: str) -> None:
    body = gzip.compress(text, compresslevel=1)
    began = time.process_time()
    assert refusal(body, content_type, "gzip") in (Kind.TOO_MANY_EVENTS, Kind.NO_EVENTS)
    assert time.process_time() - began < HANG_S


def test_a_gzip_body_is_inflated() -> None:
    assert decode_body(gzip.compress(b'{"f1":1}'), "", "GZIP").values[0] == {"f1": 1}


@pytest.mark.parametrize(
    "body",
    [b'{"f1":1}', gzip.compress(b'{"f1":1}')[:-4], gzip.compress(b'{"f1":1}') + b"x", gzip.compress(b"{}") * 2, b""],
)
def test_a_broken_gzip_body_is_refused(body: bytes) -> None:
    assert refusal(body, encoding="gzip") is Kind.INVALID_REQUEST


def test_a_gzip_bomb_is_refused_before_it_is_inflated_whole() -> None:
    assert refusal(gzip.compress(b"0" * (MAX_INFLATED_BYTES + 1)), encoding="gzip") is Kind.BODY_TOO_LARGE


def test_a_body_over_four_mib_is_refused() -> None:
    padding = b" " * (MAX_WIRE_BYTES - 2)
    assert decode_body(b"{" + padding + b"}").single
    assert refusal(b"{ " + padding + b"}") is Kind.BODY_TOO_LARGE


def test_an_unknown_encoding_is_refused() -> None:
    assert refusal(b"{}", encoding="br") is Kind.UNSUPPORTED_ENCODING


def test_parameters_are_fields_or_one_json() -> None:
    fields = [("consumer_key", "k"), ("jsonpCallback", "f"), ("f1", "5.1"), ("zip", "007")]
    assert decode_parameters(fields).values[0] == {"f1": 5.1, "zip": "007"}
    assert decode_parameters([("json", '{"f1":"5.1"}'), ("f2", "ignored")]).values[0] == {"f1": "5.1"}


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [([("consumer_key", "k")], Kind.NO_EVENTS), ([("json", "{}"), ("json", "{}")], Kind.DUPLICATE_KEY)],
)
def test_parameters_that_are_no_event_are_refused(parameters: list[tuple[str, str]], kind: Kind) -> None:
    with pytest.raises(AuguryError) as refused:
        decode_parameters(parameters)
    assert refused.value.kind is kind
