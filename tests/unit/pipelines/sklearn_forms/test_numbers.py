"""Transformers of numbers, and their plans."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

from tests.unit.pipelines.sklearn_forms.planning import assert_agreement, plan_of

finite = st.floats(-1e12, 1e12, allow_subnormal=False) | st.integers(-1000, 1000).map(float)
scalers = st.sampled_from(
    [
        StandardScaler(),
        StandardScaler(with_mean=False),
        StandardScaler(with_std=False),
        MinMaxScaler(),
        MinMaxScaler(feature_range=(-3, 0.1), clip=True),
        MaxAbsScaler(),
        RobustScaler(),
        RobustScaler(with_centering=False),
        SimpleImputer(),
        SimpleImputer(strategy="median", add_indicator=True),
        SimpleImputer(strategy="most_frequent"),
        SimpleImputer(strategy="constant", fill_value=-7, keep_empty_features=True),
    ]
)
polynomials = st.builds(
    PolynomialFeatures,
    degree=st.sampled_from([1, 2, 3, 4, (2, 3), (0, 2)]),
    interaction_only=st.booleans(),
    include_bias=st.booleans(),
)
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def frames(values: st.SearchStrategy[Any], rows: int = 6) -> st.SearchStrategy[pd.DataFrame]:
    column = st.lists(values, min_size=rows, max_size=rows)
    return st.lists(column, min_size=1, max_size=3).map(
        lambda columns: pd.DataFrame({f"c{i}": column for i, column in enumerate(columns)}, dtype=float)
    )


@relaxed
@given(transformer=scalers, frame=frames(finite | st.none()))
def test_scalers_and_imputers_agree_bit_for_bit(transformer: Any, frame: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformer.fit(frame.iloc[:4])
    assert_agreement(transformer, frame)


@relaxed
@given(polynomial=polynomials, frame=frames(st.floats(-1e6, 1e6)))
def test_polynomials_agree_bit_for_bit(polynomial: PolynomialFeatures, frame: pd.DataFrame) -> None:
    assert_agreement(polynomial.fit(frame), frame)


@relaxed
@given(
    frame=frames(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 2.0]), rows=12),
    encode=st.sampled_from(["onehot", "onehot-dense", "ordinal"]),
    strategy=st.sampled_from(["uniform", "quantile", "kmeans"]),
)
def test_bins_agree_also_on_their_edges(frame: pd.DataFrame, encode: str, strategy: str) -> None:
    options = {"quantile_method": "averaged_inverted_cdf"} if strategy == "quantile" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bins = KBinsDiscretizer(n_bins=3, encode=encode, strategy=strategy, **options).fit(frame)
    edges = pd.DataFrame({name: list(bins.bin_edges_[i])[:2] for i, name in enumerate(frame.columns)})
    assert_agreement(bins, pd.concat([frame, edges, -edges - 1e7, edges + 1e7], ignore_index=True))


@pytest.mark.parametrize("transformer", [PolynomialFeatures(), KBinsDiscretizer(2, quantile_method="linear")])
def test_what_scikit_learn_refuses_is_refused_with_the_inputs_name(transformer: Any) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 7.0]})
    transformer.fit(frame)
    assert_agreement(transformer, pd.DataFrame({"a": [1.0, None], "b": [None, 2.0]}))


def test_a_marker_of_missing_values_may_be_a_number() -> None:
    frame = pd.DataFrame({"a": [1, -1, 3, 3], "b": [-1, -1, 2, 4]})
    imputer = SimpleImputer(missing_values=-1, strategy="most_frequent", add_indicator=True).fit(frame)
    assert_agreement(imputer, frame)


def test_texts_are_imputed_too() -> None:
    frame = pd.DataFrame({"a": ["x", None, "y", "x"], "b": [None, "ü", "ü", "z"]})
    plan = plan_of(SimpleImputer(strategy="most_frequent").fit(frame), ["a", "b"])
    fills = [step for step in plan.document.steps if step.kind == "fill"]
    assert [step.value for step in fills] == ["x", "ü"]


def test_a_column_without_a_value_is_left_out_as_scikit_learn_does() -> None:
    frame = pd.DataFrame({"a": [1.0, None], "b": [None, None]}, dtype=float)
    imputer = SimpleImputer(add_indicator=True).fit(frame)
    assert_agreement(imputer, frame)
    assert plan_of(imputer, ["a", "b"]).width == 3
