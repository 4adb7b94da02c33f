"""The microservice contract."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.serving import PredictRequest
from augury.serving.targets.contract import MalformedAnswer, parse_answer, refusal_details, request_json

ONE = PredictRequest(rows=({"f1": 1},), single=True)
TWO = PredictRequest(rows=({"f1": 1}, {"f1": 2}), single=False, pipeline="iris", key="k")


def answered(predictions: Any, **more: Any) -> bytes:
    return json.dumps({"predictions": predictions, **more}).encode()


def test_a_request_goes_out_whole() -> None:
    assert json.loads(request_json(TWO, "p")) == {
        "meta": {"puid": "p", "pipeline": "iris", "key": "k"},
        "data": [{"f1": 1}, {"f1": 2}],
    }


def test_numbers_may_be_strings_as_the_original_wrote_them() -> None:
    body = answered([{"prediction": "0.2606", "predictedClass": "B", "confidence": "2.6e-1"}], meta={"modelName": "m"})
    answer = parse_answer(body, ONE)
    assert answer.predictions == [[{"prediction": 0.2606, "predictedClass": "B", "confidence": 0.26}]]
    assert (answer.model_name, answer.custom) == ("m", None)


def test_a_value_without_a_class_is_a_regression() -> None:
    answer = parse_answer(answered([{"prediction": 7, "predictedClass": None, "confidence": None}], custom=[1]), ONE)
    assert answer.predictions == [[{"prediction": 7.0, "predictedClass": None, "confidence": None}]]
    assert answer.custom == [1]


def test_several_rows_are_answered_by_as_many_lists() -> None:
    row = [{"prediction": 1, "predictedClass": "a", "confidence": 1}]
    assert len(parse_answer(answered([row, row]), TWO).predictions) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"predictions":null}',
        b'{"predictions":[]}',
        b'{"predictions":[1]}',
        b'{"predictions":[[]]}',
        b'{"predictions":[{"score":1,"classId":"a"}]}',
        b'{"predictions":[{"prediction":NaN}]}',
        b'{"predictions":[{"prediction":"NaN"}]}',
        b'{"predictions":[{"prediction":"1e999"}]}',
        b'{"predictions":[{"prediction":true}]}',
        b'{"predictions":[{"prediction":1,"predictedClass":3}]}',
        b'{"predictions":[{"prediction":1,"confidence":"much"}]}',
        b"\xff\xfe",
        b"[" * 100_000,
        answered([{"prediction": 1}] * 40_001),
        answered([{"prediction": 10**400}]),
    ],
)
def test_an_answer_in_another_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        parse_answer(body, ONE)


@pytest.mark.parametrize("predictions", [[], [[{"prediction": 1}]], [{"prediction": 1}, {"prediction": 2}]])
def test_one_that_does_not_answer_each_row_is_malformed(predictions: Any) -> None:
    with pytest.raises(MalformedAnswer):
        parse_answer(answered(predictions), TWO)


@pytest.mark.parametrize("name", [3, "", "a\nb", "x" * 300, None])
def test_a_name_that_is_none_is_left_out(name: Any) -> None:
    assert parse_answer(answered([{"prediction": 1}], meta={"modelName": name}), ONE).model_name is None


NAMES = st.sampled_from(["meta", "predictions", "prediction", "confidence"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_answer_is_read_or_malformed(body: bytes) -> None:
    try:
        parse_answer(body, ONE)
    except MalformedAnswer:
        return


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"details":[{"loc":["data","f1"],"msg":"a number is required"}]}', ("data", "f1")),
        (b'{"details":[{"loc":"data","msg":"x"}]}', ("data",)),
        (b'{"details":[]}', ("data",)),
        (b"no", ("data",)),
        (b'{"details":{"a":1}}', ("data",)),
    ],
)
def test_a_refusal_is_told_in_the_services_words_where_it_has_them(body: bytes, expected: tuple[str, ...]) -> None:
    assert [detail.loc for detail in refusal_details(body, "https://x")] == [expected]
