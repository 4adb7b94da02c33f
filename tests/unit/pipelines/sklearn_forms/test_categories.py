"""Encoders of categories, and their plans."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from augury.pipelines import NotCompilable
from tests.unit.pipelines.sklearn_forms.planning import assert_agreement, plan_of

ROWS = 8
texts = st.sampled_from(["a", "A", "b", "ß", "Ünïcode", "", "10", "nan"])
values = [texts, texts | st.none(), st.integers(-2, 3), st.integers(0, 2) | st.none(), st.booleans()]
one_hot_encoders = st.builds(
    OneHotEncoder,
    handle_unknown=st.sampled_from(["error", "ignore", "infrequent_if_exist", "warn"]),
    drop=st.sampled_from([None, "first", "if_binary"]),
    min_frequency=st.sampled_from([None, 2, 0.3]),
    max_categories=st.sampled_from([None, 1, 2, 3]),
    sparse_output=st.booleans(),
)
ordinal_encoders = st.builds(
    OrdinalEncoder,
    encoded_missing_value=st.sampled_from([np.nan, -2]),
    min_frequency=st.sampled_from([None, 2]),
    max_categories=st.sampled_from([None, 2, 3]),
) | st.builds(
    OrdinalEncoder,
    handle_unknown=st.just("use_encoded_value"),
    unknown_value=st.sampled_from([np.nan, -1, 100]),
    max_categories=st.sampled_from([None, 2]),
)
relaxed = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Columns of one type each, as a frame of events has them."""
    columns = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))
    drawn = {f"c{i}": draw(st.lists(kind, min_size=ROWS, max_size=ROWS)) for i, kind in enumerate(columns)}
    frame = pd.DataFrame(drawn)
    # A column of nulls alone has no type.
    return frame.astype({name: "str" for name in frame if frame[name].isna().all()})


def fitted(encoder: Any, frame: pd.DataFrame, *target: Any) -> Any:
    """Fit on all rows but the last two, whose values may be unknown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return encoder.fit(frame.iloc[:-2], *target)
        except ValueError:
            assume(False)


@relaxed
@given(encoder=one_hot_encoders, frame=frames())
def test_one_hot_encoders_agree(encoder: OneHotEncoder, frame: pd.DataFrame) -> None:
    assert_agreement(fitted(encoder, frame), frame)


@relaxed
@given(encoder=ordinal_encoders, frame=frames())
def test_ordinal_encoders_agree(encoder: OrdinalEncoder, frame: pd.DataFrame) -> None:
    assert_agreement(fitted(encoder, frame), frame)


@relaxed
@given(frame=frames(), target=st.sampled_from([[0, 1] * 3, ["x", "y", "z"] * 2, [0.5, 1.5, 2.25, -1, 3, 4]]))
def test_target_encoders_agree(frame: pd.DataFrame, target: list[Any]) -> None:
    assert_agreement(fitted(TargetEncoder(smooth=1.0), frame, target), frame)


def test_categories_in_an_order_of_their_own_keep_it() -> None:
    frame = pd.DataFrame({"size": ["m", "s", "l"]})
    plan = plan_of(OrdinalEncoder(categories=[["s", "m", "l"]]).fit(frame), ["size"])
    assert [plan.vector({"size": size}) for size in ("s", "m", "l")] == [[0.0], [1.0], [2.0]]


def test_a_category_to_drop_can_be_named() -> None:
    frame = pd.DataFrame({"size": ["m", "s", "l"], "flag": [True, False, True]})
    assert_agreement(OneHotEncoder(drop=["m", True]).fit(frame), frame)


def test_two_kinds_of_null_are_not_told_apart_in_a_plan() -> None:
    frame = pd.DataFrame({"size": pd.Series(["m", None, np.nan], dtype=object)})
    with pytest.raises(NotCompilable, match="None from NaN"):
        plan_of(OneHotEncoder().fit(frame), ["size"])
