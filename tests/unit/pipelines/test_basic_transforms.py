"""Keeping, leaving out and flagging columns, and leaving out rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from augury.pipelines import (
    BinaryTransform,
    ExcludeFeaturesTransform,
    ExistFeaturesTransform,
    FrameTransform,
    IncludeFeaturesTransform,
)
from augury.plans import Plan, Unanswerable


def binary(values: Any) -> list[int]:
    flags = BinaryTransform("v", "flag").fit_transform(pd.DataFrame({"v": values}))["flag"]
    assert flags.dtype == "int8"
    found: list[int] = flags.tolist()
    return found


def test_a_value_that_says_something_is_one() -> None:
    assert binary(["no", "a", " ", "0.0", 5, -0.5, True, ["x"], {}]) == [1] * 9


def test_null_and_empty_text_and_every_zero_are_none() -> None:
    assert binary([None, float("nan"), "", "0", 0, 0.0, -0.0, False]) == [0] * 8


@pytest.mark.parametrize("dtype", ["object", "int64", "float64", "Int64", "Float64"])
def test_a_number_is_flagged_by_its_value_whatever_the_columns_type(dtype: str) -> None:
    assert binary(pd.Series([0, 1, 2], dtype=dtype)) == [0, 1, 1]


@pytest.mark.parametrize("dtype", ["object", "bool", "boolean"])
def test_a_boolean_is_flagged_by_its_value_whatever_the_columns_type(dtype: str) -> None:
    assert binary(pd.Series([True, False], dtype=dtype)) == [1, 0]


def test_a_column_that_is_missing_has_no_value() -> None:
    transform = BinaryTransform("v", "flag").fit(pd.DataFrame({"v": [1], "w": [1]}))
    assert transform.transform(pd.DataFrame({"w": [1, 2]}))["flag"].tolist() == [0, 0]
    never = BinaryTransform("v", "flag").fit(pd.DataFrame({"w": [1]}))
    assert never.transform(pd.DataFrame({"v": [1], "w": [1]}))["flag"].tolist() == [0]
    assert Plan(never.to_plan(), ["flag"]).vector({"v": 1}) == [0.0]


def test_the_output_may_replace_a_column() -> None:
    frame = BinaryTransform("v", "v").fit_transform(pd.DataFrame({"v": ["a", None], "w": [1, 2]}))
    assert frame.to_dict("list") == {"v": [1, 0], "w": [1, 2]}


def test_included_columns_keep_the_order_of_the_frame_and_unknown_ones_are_ignored() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["c", "a", "b"])
    assert IncludeFeaturesTransform(["b", "x", "c"]).fit_transform(frame).columns.tolist() == ["c", "b"]
    assert IncludeFeaturesTransform().fit_transform(frame).shape == (1, 0)


def test_excluded_columns_are_left_out_and_unknown_ones_are_ignored() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["c", "a", "b"])
    assert ExcludeFeaturesTransform(["b", "x"]).fit_transform(frame).columns.tolist() == ["c", "a"]
    assert ExcludeFeaturesTransform().fit_transform(frame).columns.tolist() == ["c", "a", "b"]


@pytest.mark.parametrize("transform", [IncludeFeaturesTransform("age"), ExcludeFeaturesTransform("age")])
def test_a_bare_text_is_no_list_of_names(transform: FrameTransform) -> None:
    with pytest.raises(TypeError, match="must be a list of column names, not the text 'age'"):
        transform.fit(pd.DataFrame({"age": [1]}))


def test_rows_in_which_a_named_column_is_null_are_left_out_and_the_others_keep_their_index() -> None:
    frame = pd.DataFrame({"a": [1, None, 3, 4], "b": ["x", "y", None, ""]}, index=[7, 8, 9, 1])
    assert ExistFeaturesTransform(["a", "b"]).fit_transform(frame).index.tolist() == [7, 1]
    assert ExistFeaturesTransform(["a"]).fit_transform(frame).index.tolist() == [7, 9, 1]
    assert ExistFeaturesTransform([]).fit_transform(frame).index.tolist() == [7, 8, 9, 1]


def test_without_names_every_column_must_have_a_value() -> None:
    frame = pd.DataFrame({"a": [1, None, 3], "b": ["x", "y", None]})
    assert ExistFeaturesTransform().fit_transform(frame).index.tolist() == [0]


def test_a_column_that_must_exist_is_asked_for_by_name_in_fit() -> None:
    with pytest.raises(ValueError, match="included column 'b' is not in the frame"):
        ExistFeaturesTransform(["b"]).fit(pd.DataFrame({"a": [1]}))


def test_a_record_without_a_field_that_must_exist_is_refused_by_its_name() -> None:
    transform = ExistFeaturesTransform(["a"]).fit(pd.DataFrame({"a": [1, None], "b": [1, 2]}))
    plan = Plan(transform.to_plan(), ["a", "b"])
    assert plan.vector({"a": 3, "b": 1}) == [3.0, 1.0]
    for record in ({"b": 1}, {"a": None}, {"a": float("nan")}):
        with pytest.raises(Unanswerable, match="'a' is required"):
            plan.vector(record)


def test_a_field_that_nothing_is_made_from_need_not_exist() -> None:
    transform = ExistFeaturesTransform(["label"]).fit(pd.DataFrame({"label": ["x", None], "b": [1, 2]}))
    assert transform.transform(pd.DataFrame({"b": [5]}))["b"].tolist() == [5]
    assert Plan(transform.to_plan(), ["b"]).inputs == ("b",)
