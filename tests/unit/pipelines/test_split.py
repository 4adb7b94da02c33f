"""Texts to tokens."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from augury.pipelines import SplitTransform


def tokens(values: list[Any], expression: str = " ", ignore_numbers: bool = False) -> list[list[str]]:
    transform = SplitTransform(expression, ignore_numbers, ["v"], "tokens")
    found: list[list[str]] = transform.fit_transform(pd.DataFrame({"v": values}))["tokens"].tolist()
    return found


def test_tokens_are_in_lower_case_and_empty_ones_are_kept() -> None:
    assert tokens(["Hello  World 3 "]) == [["hello", "", "world", "3", ""]]


def test_a_token_loses_the_spaces_at_its_end() -> None:
    assert tokens(["a ,b\t, c"], ",") == [["a", "b", " c"]]


def test_the_expression_is_a_regular_one() -> None:
    assert tokens(["a--b-c"], "-+") == [["a", "b", "c"]]


def test_a_group_that_does_not_take_part_is_no_token() -> None:
    assert tokens(["a-b c"], "(-)| ") == [["a", "-", "b", "c"]]


def test_numbers_are_left_out_if_asked_to() -> None:
    assert tokens(["one 2 3.5 -1e3 nan inf x4"], " ", True) == [["one", "nan", "inf", "x4"]]


def test_what_is_no_text_has_no_tokens() -> None:
    assert tokens([None, 12, True, ["a b"], {"a": 1}, float("nan"), ""]) == [[], [], [], [], [], [], [""]]


def test_text_outside_ascii_is_split_as_any_other() -> None:
    assert tokens(["Łódź ÎLE 東京"]) == [["łódź", "île", "東京"]]


def test_the_tokens_of_all_columns_are_in_one_list_in_the_order_of_their_names() -> None:
    frame = pd.DataFrame({"a": ["one two", None], "b": ["Three", "four"]})
    transform = SplitTransform(input_features=["b", "x", "a"], output_feature="tokens").fit(frame)
    assert transform.transform(frame)["tokens"].tolist() == [["three", "one", "two"], ["four"]]
    assert transform.transform(frame[["a"]])["tokens"].tolist() == [["one", "two"], []]


def test_rows_with_the_same_text_do_not_share_a_list() -> None:
    frame = SplitTransform(input_features=["v"], output_feature="t").fit_transform(pd.DataFrame({"v": ["a b", "a b"]}))
    frame["t"][0].append("more")
    assert frame["t"][1] == ["a", "b"]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"split_expression": "(", "output_feature": "t"}, r"split_expression '\(' is no regular expression"),
        ({}, "output_feature must be the name"),
    ],
)
def test_a_parameter_that_does_not_do_is_named(parameters: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        SplitTransform(**parameters).fit(pd.DataFrame({"v": ["a"]}))
    with pytest.raises(TypeError, match="input_features"):
        SplitTransform(input_features="v", output_feature="t").fit(pd.DataFrame({"v": ["a"]}))
