"""Values to ids."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sklearn.base import clone

from augury.pipelines import FeatureIdTransform


def ids(values: list[Any], **parameters: Any) -> list[int]:
    frame = pd.DataFrame({"v": values})
    found: list[int] = FeatureIdTransform("v", "id", **parameters).fit_transform(frame)["id"].tolist()
    return found


def test_the_most_frequent_value_comes_first() -> None:
    assert ids(["a", "b", "b", "c", "b", "c"]) == [3, 1, 1, 2, 1, 2]


def test_ids_start_at_zero_if_asked_to() -> None:
    assert ids(["a", "b", "b"], zero_based=True) == [1, 0, 0]


def test_equally_frequent_values_stand_in_their_order_whatever_the_order_of_the_rows() -> None:
    assert ids(["ü", "b", "a"]) == [3, 2, 1]
    assert ids([10, 9, 2]) == [3, 2, 1]


def test_rare_values_get_no_id() -> None:
    assert ids(["a", "b", "b", "c", "c"], min_size=2) == [-1, 1, 1, 2, 2]


def test_no_more_than_max_classes_values_get_an_id() -> None:
    assert ids(["a", "b", "b", "c", "c", "c"], max_classes=2) == [-1, 2, 2, 1, 1, 1]


def test_null_has_no_id() -> None:
    assert ids(["a", None, float("nan"), "a"]) == [1, -1, -1, 1]
    assert ids([None, None]) == [-1, -1]


def test_a_number_is_known_by_its_value() -> None:
    transform = FeatureIdTransform("v", "id").fit(pd.DataFrame({"v": [1, 2, 2]}))
    seen = pd.DataFrame({"v": [1.0, "1", 2, 3, True, [1]]}, dtype=object)
    assert transform.transform(seen)["id"].tolist() == [2, 2, 1, -1, -1, -1]


def test_rows_without_an_id_are_left_out_if_asked_to_and_the_others_keep_their_index() -> None:
    transform = FeatureIdTransform("v", "id", min_size=2, exclude_missing=True)
    found = transform.fit_transform(pd.DataFrame({"v": ["a", "b", None, "b"]}, index=[7, 3, 5, 1]))
    assert found["id"].to_dict() == {3: 1, 1: 1}


def test_a_frame_without_the_input_column_is_left_as_it_is() -> None:
    frame = pd.DataFrame({"f1": [1, 2]})
    fitted = FeatureIdTransform("v", "id", exclude_missing=True).fit(pd.DataFrame({"v": ["a"], "f1": [1]}))
    assert fitted.transform(frame).equals(frame)
    unfitted = FeatureIdTransform("v", "id", exclude_missing=True).fit(frame)
    assert unfitted.transform(frame).equals(frame)
    assert unfitted.to_plan() == []
    assert unfitted.transform(frame.assign(v=["a", "b"])).columns.tolist() == ["f1"]


def test_neither_frame_nor_parameters_are_changed() -> None:
    frame = pd.DataFrame({"v": ["a", "b"]})
    before = frame.copy(deep=True)
    transform = FeatureIdTransform("v", "id", exclude_missing=True)
    transform.fit_transform(frame)
    assert frame.equals(before)
    assert clone(transform).get_params() == transform.get_params()


@pytest.mark.parametrize("frame", [pd.DataFrame({"v": []}), pd.DataFrame({"v": ["ß"]})])
def test_the_names_of_the_columns_are_those_of_the_transformed_frame(frame: pd.DataFrame) -> None:
    transform = FeatureIdTransform("v", "id").fit(frame)
    assert transform.get_feature_names_out().tolist() == transform.transform(frame).columns.tolist() == ["v", "id"]
