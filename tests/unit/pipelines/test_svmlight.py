"""Columns to sparse vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from augury.pipelines import SvmlightTransform

FRAME = pd.DataFrame(
    {
        "number": [1.5, None, 3.0],
        "text": ["b", "a", None],
        "items": [["x", "y"], ["x"], None],
        "object": [{"k": 2}, {"k": "v"}, None],
        "target": [0, 1, 0],
    }
)


def vectors(transform: SvmlightTransform, frame: pd.DataFrame) -> list[Any]:
    found: list[Any] = transform.transform(frame)["svm"].tolist()
    return found


def test_features_are_named_by_column_and_value_and_have_a_fixed_order() -> None:
    transform = SvmlightTransform(excluded=["target"], output_feature="svm").fit(FRAME)
    assert transform.ids_ == {
        "number": 1,
        "text_a": 2,
        "text_b": 3,
        "items_x": 4,
        "items_y": 5,
        "object_k": 6,
        "object_k_v": 7,
    }
    assert SvmlightTransform(excluded=["target"], output_feature="svm").fit(FRAME.iloc[::-1]).ids_ == transform.ids_


def test_a_number_keeps_its_value_and_everything_else_is_one_by_ascending_id() -> None:
    transform = SvmlightTransform(excluded=["target"], output_feature="svm").fit(FRAME)
    assert vectors(transform, FRAME) == [
        [(1, 1.5), (3, 1.0), (4, 1.0), (5, 1.0), (6, 2.0)],
        [(2, 1.0), (4, 1.0), (7, 1.0)],
        [(1, 3.0)],
    ]


def test_ids_start_at_zero_if_asked_to() -> None:
    assert SvmlightTransform(["text"], zero_based=True, output_feature="svm").fit(FRAME).ids_ == {
        "text_a": 0,
        "text_b": 1,
    }


def test_unseen_values_of_every_kind_are_left_out() -> None:
    transform = SvmlightTransform(excluded=["target"], output_feature="svm").fit(FRAME)
    unseen = pd.DataFrame({"number": ["new"], "text": [7], "items": [["new", None, ["x"]]], "object": [{"new": 1}]})
    assert vectors(transform, unseen) == [[]]


def test_a_number_among_texts_has_a_feature_of_its_own() -> None:
    frame = pd.DataFrame({"col": ["x", 3, True, None]})
    transform = SvmlightTransform(output_feature="svm").fit(frame)
    assert transform.ids_ == {"col": 1, "col_x": 2}
    assert vectors(transform, frame) == [[(2, 1.0)], [(1, 3.0)], [(1, 1.0)], []]


def test_a_feature_that_is_there_twice_is_written_once() -> None:
    frame = pd.DataFrame({"tags": [["a", "a"]], "tags_a": [5]})
    assert vectors(SvmlightTransform(output_feature="svm").fit(frame), frame) == [[(1, 5.0)]]


def test_the_ids_are_written_to_a_file_if_asked_to(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    SvmlightTransform(output_feature="svm", id_map_file=file).fit(pd.DataFrame({"città": ["a,b", "ł"]}))
    assert file.read_text(encoding="utf-8").splitlines() == ['1,"città_a,b"', "2,città_ł"]


def test_columns_that_are_missing_have_no_features() -> None:
    transform = SvmlightTransform(["number", "text", "unknown"], output_feature="svm").fit(FRAME)
    assert vectors(transform, FRAME[["text"]]) == [[(3, 1.0)], [(2, 1.0)], []]
    assert vectors(transform, FRAME[["target"]]) == [[], [], []]


def test_an_output_is_asked_for() -> None:
    with pytest.raises(ValueError, match="output_feature must be the name"):
        SvmlightTransform().fit(FRAME)
    with pytest.raises(TypeError, match="excluded"):
        SvmlightTransform(excluded="target", output_feature="svm").fit(FRAME)
