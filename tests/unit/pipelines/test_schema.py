"""A value means the same in a training frame and in a record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augury.pipelines import UnfitColumn, as_json, frame_of, infer_schema, records_of
from augury.pipelines._columns import numbers_of, texts_of
from augury.plans import number_of, text_of
from augury.schema import Field, FieldType, InputSchema

NAN = float("nan")
UTC = dt.UTC


class Meaning(NamedTuple):
    """How one value is written in frames and in JSON, and what it is to a plan."""

    columns: list[pd.Series]
    records: list[dict[str, Any]]
    type: FieldType
    number: float
    text: str | None


def objects(value: Any) -> pd.Series:
    return pd.Series([value], dtype=object)


MEANINGS = {
    "a whole number": Meaning(
        [
            pd.Series([1]),
            pd.Series([1], dtype="Int64"),
            pd.Series([1], dtype="uint8"),
            pd.Series([1.0], dtype="float32"),
            pd.Series([1], dtype="category"),
            objects(np.int8(1)),
            objects(Decimal("1.0")),
            objects(1),
        ],
        [{"f": 1}, {"f": 1.0}],
        FieldType.NUMBER, 1.0, "1",
    ),
    "text of digits": Meaning(
        [pd.Series(["001"]), pd.Series(["001"], dtype="category"), objects("001"), objects(np.str_("001"))],
        [{"f": "001"}],
        FieldType.TEXT, NAN, "001",
    ),
    "text of a number": Meaning([pd.Series(["1.0"])], [{"f": "1.0"}], FieldType.TEXT, NAN, "1.0"),
    "true": Meaning(
        [pd.Series([True]), pd.Series([True], dtype="boolean"), objects(True), objects(np.True_)],
        [{"f": True}],
        FieldType.BOOLEAN, 1.0, "true",
    ),
    "null": Meaning(
        [
            objects(None),
            objects(pd.NA),
            objects(pd.NaT),
            pd.Series([NAN]),
            pd.Series([float("inf")]),
            pd.Series([pd.NA], dtype="Int64"),
            pd.Series([pd.NA], dtype="boolean"),
            pd.Series([None], dtype="str"),
            pd.Series([pd.NaT]),
            pd.Series([None], dtype="category"),
        ],
        [{"f": None}, {}],
        FieldType.ANY, NAN, None,
    ),
    "a moment": Meaning(
        [
            pd.Series(pd.to_datetime(["2026-11-23T09:30:00Z"])),
            objects(dt.datetime(2026, 11, 23, 9, 30, tzinfo=UTC)),
            pd.Series(["2026-11-23T09:30:00+00:00"]),
        ],
        [{"f": "2026-11-23T09:30:00+00:00"}],
        FieldType.TEXT, NAN, "2026-11-23T09:30:00+00:00",
    ),
    "a time without a zone": Meaning(
        [pd.Series(pd.to_datetime(["2026-11-23"])), objects(dt.datetime(2026, 11, 23))],  # noqa: DTZ001
        [{"f": "2026-11-23T00:00:00"}],
        FieldType.TEXT, NAN, "2026-11-23T00:00:00",
    ),
    "a day": Meaning(
        [objects(dt.date(2026, 11, 23)), pd.Series(["2026-11-23"])],
        [{"f": "2026-11-23"}],
        FieldType.TEXT, NAN, "2026-11-23",
    ),
    "an array": Meaning(
        [objects(["a", 1]), objects(("a", 1)), objects(np.array(["a", 1], dtype=object)), objects(["a", np.int64(1)])],
        [{"f": ["a", 1]}],
        FieldType.ARRAY, NAN, None,
    ),
    "what an array holds": Meaning(
        [objects([NAN, pd.NaT, dt.date(2026, 11, 23), (Decimal("0.5"),), np.array([True])])],
        [{"f": [None, None, "2026-11-23", [0.5], [True]]}],
        FieldType.ARRAY, NAN, None,
    ),
    "an integer beyond 64 bits": Meaning(
        [objects(10**22), objects(1e22), pd.Series([1e22])], [{"f": 1e22}], FieldType.NUMBER, 1e22, str(10**22)
    ),
    "what an object holds": Meaning(
        [objects({1: float("inf"), "b": {"c": np.float32(0.5)}})],
        [{"f": {"1": None, "b": {"c": 0.5}}}],
        FieldType.OBJECT, NAN, None,
    ),
    "an object": Meaning([objects({"a": {"b": 1}})], [{"f": {"a": {"b": 1}}}], FieldType.OBJECT, NAN, None),
}  # fmt: skip
SPELLINGS = [
    pytest.param(meaning, column, record, id=f"{name}-{column.dtype}-{number}-{record}")
    for name, meaning in MEANINGS.items()
    for number, column in enumerate(meaning.columns)
    for record in meaning.records
]


@pytest.mark.parametrize(("meaning", "column", "record"), SPELLINGS)
def test_a_value_means_the_same_in_a_frame_and_in_a_record(
    meaning: Meaning, column: pd.Series, record: dict[str, Any]
) -> None:
    frame = pd.DataFrame({"f": column})
    schema = infer_schema(frame)
    from_frame, from_record = as_json(frame)["f"], frame_of([record], schema)["f"]

    assert schema.fields[0].type is meaning.type
    assert schema.problems(record) == []
    assert from_frame.dtype == from_record.dtype
    for side in (from_frame, from_record):
        assert np.array_equal(numbers_of(side), [meaning.number], equal_nan=True)
        assert texts_of(side).tolist() == [meaning.text]
    assert np.array_equal([number_of(record.get("f"))], [meaning.number], equal_nan=True)
    assert text_of(record.get("f")) == meaning.text


@pytest.mark.parametrize(("meaning", "column", "record"), SPELLINGS)
def test_what_a_frame_holds_reads_back_as_the_record(
    meaning: Meaning, column: pd.Series, record: dict[str, Any]
) -> None:
    [read_back] = records_of(as_json(pd.DataFrame({"f": column})))
    assert read_back == {"f": record.get("f")}


REFUSED = [
    (FieldType.NUMBER, "001"),
    (FieldType.NUMBER, True),
    (FieldType.NUMBER, "2026-11-23"),
    (FieldType.NUMBER, None),
    (FieldType.BOOLEAN, 1),
    (FieldType.BOOLEAN, "true"),
    (FieldType.TEXT, 1),
    (FieldType.TEXT, True),
    (FieldType.TEXT, ["a"]),
    (FieldType.ARRAY, {"a": 1}),
    (FieldType.OBJECT, ["a"]),
    (FieldType.ANY, None),
]


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_a_value_of_another_type_is_never_made_to_fit(kind: FieldType, value: Any) -> None:
    schema = InputSchema(fields=(Field(name="f", type=kind),))
    assert [detail.loc for detail in schema.problems({"f": value})] == [("data", "f")]
    assert infer_schema(pd.DataFrame({"f": objects(value)})).fields[0] != schema.fields[0]


def test_a_column_of_several_types_accepts_them_all() -> None:
    schema = infer_schema(pd.DataFrame({"f": pd.Series([1, "a", True, [1], {"a": 1}], dtype=object)}))
    assert schema.fields[0].type is FieldType.ANY
    records: list[dict[str, Any]] = [{"f": 2.5}, {"f": "b"}, {"f": False}, {"f": []}, {"f": {}}]
    assert [schema.problems(record) for record in records] == [[]] * 5


def test_values_without_a_json_form_are_refused_by_column_and_type() -> None:
    with pytest.raises(UnfitColumn, match="'wait' holds a Timedelta, which JSON has no form for"):
        infer_schema(pd.DataFrame({"ok": [1], "wait": pd.to_timedelta(["1h"])}))


def test_the_schema_says_what_training_saw() -> None:
    frame = pd.DataFrame(
        {
            "age": [31, 40, None],
            "score": [0.5, -1.5, 2.0],
            "city": ["Rome", "Oslo", "Rome"],
            "since": ["2026-01-31", "2024-02-29", "2025-12-01"],
            "at": ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.5+02:00", "2026-01-31"],
            "tags": [["a"], [], ["a", "b"]],
        }
    )
    age, score, city, since, at, tags = infer_schema(frame).fields
    assert (age.type, age.nullable, age.integral, age.minimum, age.maximum) == (FieldType.NUMBER, True, True, 31, 40)
    assert (score.integral, score.minimum, score.maximum, score.nullable) == (False, -1.5, 2.0, False)
    assert (city.categories, city.format, city.examples) == (("Oslo", "Rome"), None, ("Rome", "Oslo"))
    assert (since.format, at.format) == ("date", "date-time")
    assert (tags.type, tags.examples) == (FieldType.ARRAY, (["a"], [], ["a", "b"]))


def test_ranges_and_categories_are_told_and_not_demanded() -> None:
    schema = infer_schema(pd.DataFrame({"age": [31, 40], "city": ["Rome", "Oslo"]}))
    assert schema.problems({"age": -1e9, "city": "Atlantis"}) == []


def test_values_stay_out_of_the_schema_where_that_is_asked_for() -> None:
    fields = infer_schema(pd.DataFrame({"age": [31], "name": ["Ada"]}), examples=False).fields
    assert all(field.examples == () and field.categories is None for field in fields)


def test_many_long_or_large_values_are_not_listed() -> None:
    many = pd.DataFrame({"id": [f"u{n}" for n in range(51)], "essay": ["word " * 100] * 51, "big": [[1] * 500] * 51})
    ids, essay, big = infer_schema(many).fields
    assert (ids.categories, len(ids.examples)) == (None, 3)
    assert (essay.categories, essay.examples, big.examples) == (None, (), ())


def test_a_schema_is_stored_and_read_back_as_it_was() -> None:
    frame = pd.DataFrame({"n": [1.5, None], "t": ["a", "b"], "o": [{"a": [1, None]}, {"b": {"c": True}}]})
    schema = infer_schema(frame)
    assert InputSchema.model_validate_json(schema.model_dump_json()) == schema


def test_an_empty_frame_has_a_schema_of_anything() -> None:
    fields = infer_schema(pd.DataFrame({"a": pd.Series([], dtype=object), "b": pd.Series([], dtype=float)})).fields
    assert [(field.type, field.nullable) for field in fields] == [(FieldType.ANY, False)] * 2


json_values = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=3)
)


@given(st.lists(json_values | st.lists(json_values, max_size=2), min_size=1, max_size=8))
def test_the_records_of_a_frame_fit_its_schema_and_make_the_frame_again(values: list[Any]) -> None:
    frame = as_json(pd.DataFrame({"f": pd.Series(values, dtype=object)}))
    schema, records = infer_schema(frame), records_of(frame)
    assert [schema.problems(record) for record in records] == [[]] * len(records)
    assert frame_of(records, schema)["f"].equals(as_json(frame)["f"])
