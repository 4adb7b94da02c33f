"""Every column to what an estimator can use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from augury.pipelines import AutoTransform, UnfitColumn


def auto(values: list[Any], **parameters: Any) -> tuple[AutoTransform, list[Any]]:
    """Fit on a column, and return what it becomes; nulls as None."""
    transform = AutoTransform(**parameters)
    found = transform.fit_transform(pd.DataFrame({"v": values}))["v"]
    return transform, [None if null else value for value, null in zip(found, found.isna(), strict=True)]


def kind(values: list[Any], **parameters: Any) -> str:
    transform, _ = auto(values, **parameters)
    return transform.columns_["v"].kind


def test_numbers_are_standardised_as_scikit_learn_does() -> None:
    values = [1.5, -2.0, 1e3, 7.25]
    _, found = auto(values)
    expected = StandardScaler().fit_transform(np.array(values).reshape(-1, 1))[:, 0]
    assert found == pytest.approx(expected.tolist(), rel=1e-14)


def test_a_missing_number_is_the_mean() -> None:
    transform, found = auto([1.0, None, 3.0])
    assert found == [-1.0, 0.0, 1.0]
    assert transform.transform(pd.DataFrame({"v": ["alien", [1], None]}))["v"].tolist() == [0.0, 0.0, 0.0]


def test_numbers_are_held_to_the_fitted_range_if_asked_to() -> None:
    transform, _ = auto([0, 1, 2], min_max_limit=True)
    limited = transform.transform(pd.DataFrame({"v": [-9, 0, 2, 9]}))["v"].tolist()
    assert limited[0] == limited[1] < limited[2] == limited[3]


def test_huge_and_tiny_numbers_stay_finite() -> None:
    for values in ([1.7e308, -1.7e308, 1e308], [5e-324, 1e-320, 0.0], [1e200, 1e200 * (1 + 1e-15), 1.0]):
        transform, found = auto(values)
        assert np.isfinite(found).all()
        assert np.isfinite(transform.transform(pd.DataFrame({"v": [1.7e308, -1.7e308]}))["v"]).all()


def test_infinity_counts_as_missing() -> None:
    _, found = auto([1.0, float("inf"), 3.0])
    assert found == [-1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["yes", "No", "YES"], [1.0, 0.0, 1.0]),
        ([True, False, None], [1.0, 0.0, None]),
        ([0, 1, 1], [0.0, 1.0, 1.0]),
        ([0.0, None, 1.0], [0.0, None, 1.0]),
        (["", "true", "false"], [None, 1.0, 0.0]),
    ],
)
def test_columns_of_yes_and_no_are_boolean(values: list[Any], expected: list[Any]) -> None:
    assert auto(values)[1] == expected


def test_an_unknown_word_in_a_boolean_column_is_missing() -> None:
    transform, _ = auto(["yes", "no"])
    assert transform.transform(pd.DataFrame({"v": ["maybe"]}))["v"].isna().all()


def test_the_words_for_true_and_false_can_be_given() -> None:
    assert auto(["JA", "nein"], bool_map={"ja": 1, "nein": 0})[1] == [1.0, 0.0]
    assert auto([2, 3], bool_map={"2.0": 1, "3": 0})[1] == [1.0, 0.0]


def test_categories_are_lower_case_without_spaces() -> None:
    assert auto(["New York", "Łódź", "new york"])[1] == ["new_york", "łódź", "new_york"]


def test_categories_that_look_like_numbers_carry_the_name_of_the_column() -> None:
    assert auto([10, 10.5, "x"])[1] == ["v_10", "v_10.5", "x"]


def test_null_and_empty_text_are_the_missing_category() -> None:
    assert auto(["a", "", None, "b"])[1] == ["a", "UKN", "UKN", "b"]
    assert auto(["a", None, "b"], cat_missing_val="?")[1] == ["a", "?", "b"]


def test_an_unseen_category_is_null() -> None:
    transform, _ = auto(["a", "b"])
    assert transform.transform(pd.DataFrame({"v": ["c", [1], True]}))["v"].isna().tolist() == [True, False, True]


def test_too_rare_and_too_frequent_values_are_no_categories() -> None:
    values = ["a"] * 6 + ["b"] * 3 + ["c"]
    assert set(auto(values, min_cat_percent=0.2)[1]) == {"a", "b", None}
    assert set(auto(values, max_cat_percent=0.5)[1]) == {"b", "c", None}


def test_a_number_with_few_values_is_categorical_null_being_a_value() -> None:
    assert kind([3, 4, 3], max_values_numeric_categorical=2) == "category"
    assert kind([3, 4, None], max_values_numeric_categorical=2) == "scale"
    assert kind([3, 4, 5], max_values_numeric_categorical=2) == "scale"


def test_a_column_can_be_forced_to_be_categorical() -> None:
    assert kind([3, 4, 5], force_categorical=["v"]) == "category"
    assert kind([0, 1, 1], force_categorical=["v"]) == "category"


def test_ignored_values_are_missing() -> None:
    assert auto([1.0, -999, 3.0], ignore_vals=[-999.0])[1] == [-1.0, 0.0, 1.0]
    assert auto(["a", "n/a", "b"], ignore_vals=["n/a"])[1] == ["a", "UKN", "b"]
    assert auto([1, "n/a", 3], ignore_vals=["n/a"])[1] == [-1.0, 0.0, 1.0]
    assert auto([True, False, 1], ignore_vals=[1])[1] == [1.0, 0.0, None]


@pytest.mark.parametrize("values", [[5, 5], ["a", "a"], [None, None], ["", ""], [True, True], []])
def test_a_column_with_one_value_is_dropped_unless_told_otherwise(values: list[Any]) -> None:
    frame = pd.DataFrame({"v": values})
    dropping = AutoTransform().fit(frame)
    assert dropping.dropped_ == {"v": "has one value"}
    assert dropping.transform(frame).columns.tolist() == []
    keeping = AutoTransform(drop_constant_features=False)
    assert keeping.fit_transform(frame).columns.tolist() == ["v"]


def test_a_column_with_a_value_or_null_is_not_constant() -> None:
    assert AutoTransform().fit(pd.DataFrame({"v": ["a", None]})).dropped_ == {}


def test_a_column_with_too_many_nulls_is_dropped() -> None:
    frame = pd.DataFrame({"half": [1, 2, None, None], "most": [1, None, None, None]})
    assert AutoTransform(nan_threshold=0.5).fit(frame).dropped_ == {"most": "3 of 4 values are missing"}


def test_a_column_equal_to_an_earlier_one_is_dropped() -> None:
    frame = pd.DataFrame({"a": [1, 2, None], "b": [1, 2, None], "c": [1, 2, 3], "d": ["1", "2", None], "e": [1, 2, 3]})
    assert AutoTransform().fit(frame).dropped_ == {"b": "equals 'a'", "e": "equals 'c'"}
    assert AutoTransform(drop_duplicate_cols=False).fit(frame).dropped_ == {}


def test_an_excluded_column_is_neither_dropped_nor_a_reason_to_drop() -> None:
    frame = pd.DataFrame({"feature": [1, 2, 3], "target": [1, 2, 3], "constant": [1, 1, 1]})
    transform = AutoTransform(exclude=["target", "constant"]).fit(frame)
    assert transform.dropped_ == {}
    assert transform.transform(frame)[["target", "constant"]].equals(frame[["target", "constant"]])


def test_columns_that_are_not_included_pass_untouched() -> None:
    frame = pd.DataFrame({"a": ["X", "Y"], "b": ["X", "Z"]})
    assert AutoTransform(include=["b"]).fit_transform(frame)["a"].tolist() == ["X", "Y"]


def test_columns_may_be_missing_extra_and_in_another_order_when_transforming() -> None:
    frame = pd.DataFrame({"c": [7, 7], "n": [1.0, 3.0], "t": ["a", "b"], "f": ["yes", "no"], "y": [0, 1]})
    transform = AutoTransform(exclude=["y"]).fit(frame)
    shuffled = transform.transform(frame[["t", "y", "f", "n"]].assign(extra=1))
    assert shuffled.equals(transform.transform(frame))
    (row,) = transform.transform(pd.DataFrame(index=[4])).to_dict("records")
    assert (row["n"], row["t"], "y" in row) == (0.0, "UKN", False)
    assert np.isnan(row["f"])


@pytest.mark.parametrize("value", [[1], {"a": 1}, 1j])
def test_a_column_that_cannot_be_a_feature_is_refused_by_name(value: Any) -> None:
    frame = pd.DataFrame({"odd": [value, value], "y": [0, 1]})
    with pytest.raises(UnfitColumn, match="'odd'"):
        AutoTransform().fit(frame)
    assert AutoTransform(exclude=["odd"]).fit(frame).transform(frame)["odd"].tolist() == [value, value]


@pytest.mark.parametrize("parameter", ["exclude", "include", "force_categorical"])
def test_a_bare_text_is_no_list_of_names(parameter: str) -> None:
    with pytest.raises(TypeError, match=parameter):
        AutoTransform().set_params(**{parameter: "name"}).fit(pd.DataFrame({"a": [1]}))


def test_what_is_no_frame_with_named_columns_is_refused() -> None:
    odd: Any
    for odd in (np.zeros((2, 2)), pd.DataFrame(np.zeros((2, 2)))):
        with pytest.raises(TypeError):
            AutoTransform().fit(odd)
    with pytest.raises(ValueError, match="'a' is there twice"):
        AutoTransform().fit(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_neither_frame_nor_parameters_are_changed() -> None:
    frame = pd.DataFrame({"n": [1.0, None], "t": ["A", None], "c": [1, 1]})
    before = frame.copy(deep=True)
    transform = AutoTransform(exclude=["c"], ignore_vals=["A"], bool_map={"x": 1})
    parameters = {**transform.get_params()}
    transform.fit_transform(frame)
    assert frame.equals(before)
    assert transform.get_params() == parameters == clone(transform).get_params()


def test_the_index_of_the_frame_is_kept() -> None:
    frame = pd.DataFrame({"n": [1.0, 3.0], "t": ["a", "b"]}, index=[9, 4])
    assert AutoTransform().fit_transform(frame).index.tolist() == [9, 4]


def test_a_pipeline_can_ask_for_frames_and_for_names() -> None:
    frame = pd.DataFrame({"n": [1.0, 3.0], "c": [1, 1]})
    pipeline = Pipeline([("auto", AutoTransform())]).set_output(transform="pandas").fit(frame)
    assert pipeline.get_feature_names_out().tolist() == pipeline.transform(frame).columns.tolist() == ["n"]
    with pytest.raises(ValueError, match="polars"):
        AutoTransform().set_output(transform="polars")
