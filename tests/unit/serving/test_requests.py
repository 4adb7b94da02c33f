"""What a caller of predict asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from augury.errors import AuguryError, Kind
from augury.serving import from_body, from_parameters
from augury.serving.requests import MAX_BODY_BYTES, MAX_ROWS


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def refusal(text: bytes) -> AuguryError:
    with pytest.raises(AuguryError) as refused:
        from_body(text)
    return refused.value


def test_data_and_meta_are_taken_apart() -> None:
    request = from_body(body({"meta": {"puid": "p", "pipeline": "iris", "key": "user-1"}, "data": {"f1": 1}}))
    assert (request.rows, request.single) == (({"f1": 1},), True)
    assert (request.puid, request.pipeline, request.key) == ("p", "iris", "user-1")


def test_flat_features_are_data_without_a_data_key() -> None:
    request = from_body(body({"f1": 1, "f2": 2, "meta": {"puid": "p"}}))
    assert (request.rows, request.puid) == (({"f1": 1, "f2": 2},), "p")


def test_a_list_is_several_rows() -> None:
    request = from_body(body({"data": [{"f1": 1}, {"f1": 2}]}))
    assert (len(request.rows), request.single) == (2, False)


@pytest.mark.parametrize(
    ("text", "kind", "loc"),
    [
        (b"", Kind.INVALID_JSON, None),
        (b'{"data":{"f1":NaN}}', Kind.INVALID_JSON, None),
        (b"[1]", Kind.INVALID_REQUEST, ("body",)),
        (b'"x"', Kind.INVALID_REQUEST, ("body",)),
        (b'{"data":1}', Kind.INVALID_REQUEST, ("data",)),
        (b'{"data":null}', Kind.INVALID_REQUEST, ("data",)),
        (b'{"data":[]}', Kind.INVALID_REQUEST, ("data",)),
        (b'{"data":[{"f1":1},2]}', Kind.INVALID_REQUEST, ("data", 1)),
        (b'{"meta":[],"data":{}}', Kind.INVALID_REQUEST, ("meta",)),
        (b'{"meta":{"puid":7},"data":{}}', Kind.INVALID_REQUEST, ("meta", "puid")),
        (b'{"meta":{"puid":""},"data":{}}', Kind.INVALID_REQUEST, ("meta", "puid")),
        (b'{"meta":{"key":"a\\u0000b"},"data":{}}', Kind.INVALID_REQUEST, ("meta", "key")),
        (b'{"data":{"a":1,"a":2}}', Kind.DUPLICATE_KEY, None),
        (b'{"data":{"a":1},"data":{"a":2}}', Kind.DUPLICATE_KEY, None),
        (b'{"data":{"a":18446744073709551616}}', Kind.NUMBER_OUT_OF_RANGE, None),
        (b'{"data":' + b'{"a":' * 40 + b"1" + b"}" * 41, Kind.TOO_DEEP, None),
    ],
)
def test_a_malformed_request_is_a_400_that_names_the_place(
    text: bytes, kind: Kind, loc: tuple[str, ...] | None
) -> None:
    error = refusal(text)
    assert (error.kind, error.status) == (kind, 400)
    assert [detail.loc for detail in error.details] == ([] if loc is None else [loc])


def test_rows_are_limited() -> None:
    assert len(from_body(body({"data": [{}] * MAX_ROWS})).rows) == MAX_ROWS
    assert refusal(body({"data": [{}] * (MAX_ROWS + 1)})).status == 413


def test_the_body_is_limited() -> None:
    assert refusal(b" " * (MAX_BODY_BYTES + 1)).status == 413


def test_parameters_are_typed_as_events_are() -> None:
    request = from_parameters(
        [("consumer_key", "k"), ("f1", "5.1"), ("zip", "007"), ("puid", "p"), ("pipeline", "iris")]
    )
    assert request.rows == ({"f1": 5.1, "zip": "007"},)
    assert (request.puid, request.pipeline) == ("p", "iris")


def test_the_json_parameter_is_a_body_and_other_words_come_from_parameters() -> None:
    request = from_parameters([("json", '{"meta":{"puid":"inner"},"data":{"f1":1}}'), ("puid", "outer")])
    assert (request.rows, request.puid) == (({"f1": 1},), "outer")


@pytest.mark.parametrize("name", ["json", "puid", "pipeline", "key", "f1"])
def test_a_parameter_given_twice_is_refused(name: str) -> None:
    with pytest.raises(AuguryError) as refused:
        from_parameters([(name, "{}"), (name, "{}")])
    assert (refused.value.status, refused.value.details[0].loc) == (400, (name,))


def test_a_row_is_limited_as_an_event_is() -> None:
    row = {"a": "x" * (256 * 1024 - len('{"a":""}'))}
    assert len(from_body(body({"data": [row, row]})).rows) == 2
    error = refusal(body({"data": [row, {"a": row["a"] + "x"}]}))
    assert (error.status, error.details[0].loc) == (413, ("data", 1))


def test_a_null_meta_is_none_at_all() -> None:
    assert from_body(b'{"meta":null,"data":{"f1":1}}').rows == ({"f1": 1},)
