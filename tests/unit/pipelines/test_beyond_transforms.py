"""Nested fields, lists, and rare categories: what the original did not have."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from augury.pipelines import (
    ListFeaturesTransform,
    PathTransform,
    RareCategoriesTransform,
    SvmlightTransform,
    TfidfTransform,
)

USERS = pd.DataFrame(
    {
        "id": [1, 2, 3, 4, 5],
        "user": [
            {"age": 31, "address": {"city": "Roma", "tags": ["x"]}},
            {"age": None, "address": {"city": "Łódź"}},
            {"address": None},
            None,
            "no object",
        ],
    }
)


def test_nested_values_get_columns_named_by_their_paths() -> None:
    made = PathTransform(["user.age", "user.address.city", "user.address.tags"]).fit_transform(USERS)
    assert made.columns.tolist() == ["id", "user.age", "user.address.city", "user.address.tags"]
    assert made["user.age"].tolist()[0] == 31
    assert made["user.age"].isna().tolist() == [False, True, True, True, True]
    assert made["user.address.city"].tolist()[:2] == ["Roma", "Łódź"]
    assert made["user.address.city"].isna().tolist() == [False, False, True, True, True]
    assert made["user.address.tags"][0] == ["x"]


def test_columns_of_objects_are_kept_if_asked_to() -> None:
    assert PathTransform(["user.age"], drop_objects=False).fit_transform(USERS).columns.tolist() == [
        "id",
        "user",
        "user.age",
    ]


def test_a_nested_field_of_a_missing_column_is_null() -> None:
    transform = PathTransform(["user.age"]).fit(USERS)
    assert transform.transform(USERS[["id"]])["user.age"].isna().all()
    never = PathTransform(["user.age"]).fit(USERS[["id"]])
    assert never.transform(USERS)["user.age"].isna().all()


@pytest.mark.parametrize("path", ["user", "", ".age", "user.", "user..age"])
def test_a_path_without_column_or_key_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must be a column and keys with dots between them"):
        PathTransform([path]).fit(USERS)


def listed(values: list[Any], new: list[Any] | None = None, **parameters: Any) -> dict[str, list[float]]:
    transform = ListFeaturesTransform("v", **parameters).fit(pd.DataFrame({"v": values}))
    made = transform.transform(pd.DataFrame({"v": values if new is None else new}))
    return {name: made[name].tolist() for name in made.columns}


def test_lists_become_a_column_per_item() -> None:
    assert listed([["b", "a", "b"], [], None, ["a"]]) == {"v_a": [1, 0, 0, 1], "v_b": [1, 0, 0, 0]}


def test_items_are_counted_if_asked_to() -> None:
    assert listed([["b", "a", "b"], ["a"]], measure="count") == {"v_a": [1, 1], "v_b": [2, 0]}


def test_unseen_items_and_nested_ones_are_left_out() -> None:
    assert listed([["a"]], [["x", None, ["a"], {"a": 1}], "a", 7]) == {"v_a": [0, 1, 0]}


def test_numbers_and_booleans_are_items_by_their_text() -> None:
    assert listed([[1, 1.0, "1", True]], measure="count") == {"v_1": [3], "v_true": [1]}


def test_objects_of_numbers_are_weights() -> None:
    assert listed([{"a": 0.5, "b": "x"}, {"a": True}], measure="weight") == {"v_a": [0.5, 1.0], "v_b_x": [1.0, 0.0]}


def test_the_most_frequent_items_get_columns() -> None:
    values = [["a", "b"], ["b", "c"], ["b", "c"], ["c", "d"]]
    assert set(listed(values, max_items=2)) == {"v_b", "v_c"}
    assert set(listed(values, min_size=2)) == {"v_b", "v_c"}


def test_the_prefix_of_the_columns_can_be_chosen_and_must_lead_to_new_names() -> None:
    assert set(listed([["a"]], output_prefix="has")) == {"has_a"}
    with pytest.raises(ValueError, match="'v_a' is there already"):
        ListFeaturesTransform("v").fit(pd.DataFrame({"v": [["a"]], "v_a": [1]}))


def test_a_measure_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="measure must be"):
        listed([["a"]], measure="sum")


def test_a_frame_without_the_list_has_no_items() -> None:
    transform = ListFeaturesTransform("v").fit(pd.DataFrame({"v": [["a"]], "w": [1]}))
    assert transform.transform(pd.DataFrame({"w": [1]})).to_dict("list") == {"w": [1], "v_a": [0.0]}
    never = ListFeaturesTransform("v").fit(pd.DataFrame({"w": [1]}))
    assert never.transform(pd.DataFrame({"w": [1]})).to_dict("list") == {"w": [1]}


def test_what_tf_idf_and_svmlight_make_becomes_columns_of_their_numbers() -> None:
    frame = pd.DataFrame({"t": ["red", "red hat"], "n": [2.0, 3.0]})
    tfidf = TfidfTransform("t", "w").fit_transform(frame)
    columns = ListFeaturesTransform("w", measure="weight").fit_transform(tfidf)
    assert columns["w_red"].tolist() == [weights["red"] for weights in tfidf["w"]]
    svmlight = SvmlightTransform(["n"], output_feature="s").fit_transform(frame)
    assert ListFeaturesTransform("s", measure="weight").fit_transform(svmlight)["s_1"].tolist() == [2.0, 3.0]


def grouped(values: list[Any], new: list[Any] | None = None, **parameters: Any) -> list[Any]:
    transform = RareCategoriesTransform(["v"], **parameters).fit(pd.DataFrame({"v": values}))
    column = transform.transform(pd.DataFrame({"v": values if new is None else new}))["v"]
    return [None if null else value for value, null in zip(column, column.isna(), strict=True)]


def test_rare_and_unseen_values_have_one_name_and_null_stays_null() -> None:
    values = ["a"] * 5 + ["b"] * 4 + ["c"]
    assert grouped(values, ["a", "b", "c", "new", None, ["a"]], min_percent=0.2) == [
        "a",
        "b",
        "RARE",
        "RARE",
        None,
        None,
    ]


def test_the_number_of_names_can_be_limited() -> None:
    assert set(grouped(["a", "a", "b", "b", "c"], max_categories=1, rare_val="other")) == {"a", "other"}


def test_a_number_is_grouped_by_its_value() -> None:
    assert grouped([1, 1.0, "1", 2], min_percent=0.5) == ["1", "1", "1", "RARE"]


def test_only_columns_of_text_are_grouped_unless_told_otherwise() -> None:
    frame = pd.DataFrame({"n": [1, 2], "t": ["a", "b"], "f": [True, False]})
    made = RareCategoriesTransform(min_percent=0.9).fit_transform(frame)
    assert made.to_dict("list") == {"n": [1, 2], "t": ["RARE", "RARE"], "f": [True, False]}


@pytest.mark.parametrize("transform", [PathTransform("user.age"), RareCategoriesTransform("id")])
def test_a_bare_text_is_no_list_of_names(transform: Any) -> None:
    with pytest.raises(TypeError, match="must be a list of column names"):
        transform.fit(USERS)
