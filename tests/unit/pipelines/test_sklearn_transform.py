"""scikit-learn's transformers on named columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, PowerTransformer, StandardScaler, TargetEncoder

from augury.pipelines import NotCompilable, SklearnTransform, records_of
from tests.unit.pipelines.transforms import same, served

FRAME = pd.DataFrame(
    {
        "n": [1.0, 2.0, 4.0, None, 3.0, 0.0],
        "m": [10, 20, 30, 40, 50, 60],
        "c": ["a", "b", "a", None, "ü", "a"],
        "y": [0, 1, 0, 1, 1, 0],
    },
    index=[5, 3, 9, 1, 0, 7],
)


def assert_plan_agrees(transform: SklearnTransform, frame: pd.DataFrame) -> None:
    steps = transform.to_plan()
    for record, row in zip(records_of(frame), records_of(transform.transform(frame)), strict=True):
        found = served(steps, record)
        assert {name: value for name, value in row.items() if not same(found[name], value)} == {}


def test_the_index_of_the_frame_is_kept() -> None:
    made = SklearnTransform(["m"], ["scaled"], transformer=MinMaxScaler()).fit_transform(FRAME)
    assert made.index.tolist() == FRAME.index.tolist()
    assert made["scaled"].tolist() == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert made.drop(columns="scaled").equals(FRAME)


def test_columns_are_named_by_names_by_prefix_or_by_the_transformer() -> None:
    encoder = OneHotEncoder(handle_unknown="ignore")
    assert SklearnTransform(["n", "m"], ["x", "y2"], transformer=StandardScaler()).fit_transform(
        FRAME
    ).columns.tolist() == [
        *FRAME.columns,
        "x",
        "y2",
    ]
    prefixed = SklearnTransform(["c"], output_features_prefix="is", transformer=encoder).fit_transform(FRAME)
    assert prefixed.columns.tolist() == [*FRAME.columns, "is_0", "is_1", "is_2", "is_3"]
    named = SklearnTransform(["c"], transformer=encoder).fit_transform(FRAME)
    assert named.columns.tolist() == [*FRAME.columns, "c_a", "c_b", "c_ü", "c_nan"]


def test_a_column_that_has_the_name_of_a_result_is_replaced_in_its_place() -> None:
    made = SklearnTransform(["m", "n"], transformer=MinMaxScaler()).fit_transform(FRAME)
    assert made.columns.tolist() == FRAME.columns.tolist()
    assert made["m"].max() == 1.0


def test_sparse_results_are_columns_of_numbers() -> None:
    made = SklearnTransform(["c"], transformer=OneHotEncoder(sparse_output=True)).fit_transform(FRAME)
    assert made["c_a"].tolist() == [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]


def test_texts_are_given_as_one_column_to_a_vectorizer_and_null_as_empty_text() -> None:
    frame = pd.DataFrame({"text": ["red shoes", None, "red"], "n": [1, 2, 3]})
    for vectorizer in (TfidfVectorizer(), make_pipeline(TfidfVectorizer())):
        transform = SklearnTransform(["text"], output_features_prefix="t", transformer=vectorizer)
        made = transform.fit_transform(frame)
        assert made["t_0"].tolist()[1:] == [0.0, 1.0]
        assert_plan_agrees(transform, frame)
    with pytest.raises(ValueError, match="TfidfVectorizer takes one column of text"):
        SklearnTransform(["text", "n"], transformer=TfidfVectorizer()).fit(frame)


def test_names_that_the_transformer_gives_twice_are_refused() -> None:
    frame = pd.DataFrame({"a": ["b_c"], "a_b": ["c"]})
    with pytest.raises(ValueError, match="two results would be called 'a_b_c': set output_features"):
        SklearnTransform(["a", "a_b"], transformer=OneHotEncoder()).fit(frame)


def test_a_vectorizer_takes_a_column_of_numbers_as_texts_in_frames_and_in_records() -> None:
    digits = CountVectorizer(token_pattern=r"\d+")
    assert_plan_agrees(SklearnTransform(["m"], output_features_prefix="t", transformer=digits).fit(FRAME), FRAME)


def test_a_column_of_numbers_stays_one_whatever_comes_later() -> None:
    transform = SklearnTransform(["m"], ["z"], transformer=MinMaxScaler()).fit(FRAME)
    later = pd.DataFrame({"m": ["text", None, True, 60, [1]]})
    assert transform.transform(later)["z"].isna().tolist() == [True, True, False, False, True]
    assert_plan_agrees(transform, later)


def test_a_missing_column_is_null_in_every_row() -> None:
    transform = SklearnTransform(["m", "n"], ["a", "b"], transformer=StandardScaler()).fit(FRAME)
    assert transform.transform(FRAME[["n"]])["a"].isna().all()


@pytest.mark.parametrize(
    "transformer",
    [
        StandardScaler(),
        make_pipeline(MinMaxScaler(clip=True)),
        ColumnTransformer([("scale", StandardScaler(), [1])], remainder="passthrough"),
    ],
)
def test_a_record_is_transformed_as_the_frame_is(transformer: Any) -> None:
    transform = SklearnTransform(["n", "m"], output_features_prefix="z", transformer=transformer).fit(FRAME)
    assert_plan_agrees(transform, FRAME)
    replacing = SklearnTransform(["n", "m"], ["m", "n"], transformer=transformer).fit(FRAME)
    assert_plan_agrees(replacing, FRAME)


def test_a_transformer_without_a_plan_form_says_so() -> None:
    transform = SklearnTransform(["m"], transformer=PowerTransformer()).fit(FRAME)
    with pytest.raises(NotCompilable, match="PowerTransformer has no plan form"):
        transform.to_plan()


def test_a_transformer_that_learns_from_the_target_cross_fits() -> None:
    frame = pd.concat([FRAME] * 5, ignore_index=True)
    encoder = TargetEncoder(cv=StratifiedKFold(3))
    by_name = SklearnTransform(["c"], ["e"], transformer=encoder, target_feature="y")
    expected = encoder.fit_transform(frame[["c"]], frame["y"])[:, 0]
    assert by_name.fit_transform(frame)["e"].tolist() == expected.tolist()
    assert by_name.transform(frame)["e"].tolist() == encoder.transform(frame[["c"]])[:, 0].tolist()
    by_y = SklearnTransform(["c"], ["e"], transformer=encoder)
    assert by_y.fit_transform(frame, frame["y"].to_numpy())["e"].tolist() == expected.tolist()
    assert by_name.transform(frame.drop(columns="y"))["e"].tolist() == by_name.transform(frame)["e"].tolist()


def test_the_given_transformer_is_not_fitted_itself() -> None:
    scaler = StandardScaler()
    SklearnTransform(["m"], ["z"], transformer=scaler).fit(FRAME)
    assert not hasattr(scaler, "mean_")


def test_parameters_of_the_transformer_are_reached_by_name() -> None:
    pipeline = Pipeline([("pca", SklearnTransform(["m"], output_features_prefix="p", transformer=PCA()))])
    pipeline.set_params(pca__transformer__n_components=1)
    assert pipeline.get_params()["pca__transformer__n_components"] == 1


def test_an_empty_frame_has_the_columns_of_the_result() -> None:
    transform = SklearnTransform(["m"], ["z"], transformer=StandardScaler()).fit(FRAME)
    assert transform.transform(FRAME.iloc[:0]).columns.tolist() == [*FRAME.columns, "z"]


@pytest.mark.parametrize(
    ("parameters", "error", "reason"),
    [
        ({"input_features": ["x"]}, ValueError, "input column 'x' is not in the frame"),
        ({"input_features": "m"}, TypeError, "input_features must be a list"),
        ({"transformer": None}, TypeError, "transformer must be a scikit-learn transformer, not None"),
        ({"output_features": ["a", "b"]}, ValueError, "output_features names 2 columns, but there are 1"),
        ({"target_feature": "z"}, ValueError, "target_feature 'z' is not in the frame"),
        ({"input_features": ["m", "n"], "output_features": ["a", "a"]}, ValueError, "two results would be called 'a'"),
        (
            {"input_features": ["c"], "transformer": HashingVectorizer(n_features=4)},
            ValueError,
            "HashingVectorizer names no columns: set output_features or output_features_prefix",
        ),
    ],
)
def test_a_parameter_that_does_not_do_is_named(parameters: dict[str, Any], error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        SklearnTransform(**{"input_features": ["m"], "transformer": MinMaxScaler(), **parameters}).fit(FRAME)


def test_a_result_of_several_types_has_columns_of_these_types() -> None:
    columns = ColumnTransformer([("n", "passthrough", [0]), ("c", "passthrough", [1])])
    made = SklearnTransform(["m", "c"], ["a", "b"], transformer=columns).fit_transform(FRAME)
    assert made["a"].dtype in (np.dtype("int64"), np.dtype("float64"))
    assert made["b"].tolist()[:3] == ["a", "b", "a"]
