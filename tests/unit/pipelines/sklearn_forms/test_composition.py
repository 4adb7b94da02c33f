"""Transformers made of others, and their plans."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from augury.pipelines import NotCompilable
from augury.pipelines._sklearn_forms import steps_of
from augury.plans import Plan
from tests.unit.pipelines.sklearn_forms.planning import assert_agreement, plan_of

NUMBERS, TEXTS = ["age", "income"], ["city"]


def events() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [20.0, None, 41.5, 33.0, 58.0, 20.0],
            "city": ["oslo", "rome", None, "oslo", "forlì", "rome"],
            "income": [1.0, 5.0, 2.0, None, 8.0, 3.0],
            "note": ["good bread", "no bread", "bread", "", "good", "so so"],
            "paid": [True, False, True, True, False, False],
        }
    )


def numbers() -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


@pytest.mark.parametrize(
    "transformer",
    [
        ColumnTransformer(
            [
                ("numbers", numbers(), NUMBERS),
                ("texts", OneHotEncoder(handle_unknown="ignore"), TEXTS),
                ("note", TfidfVectorizer(), "note"),
                ("paid", "passthrough", ["paid"]),
            ]
        ),
        ColumnTransformer([("texts", OneHotEncoder(), TEXTS), ("note", "drop", ["note"])], remainder="passthrough"),
        ColumnTransformer([("texts", "drop", [*TEXTS, "note"])], remainder=SimpleImputer()),
        ColumnTransformer([("numbers", numbers(), make_column_selector(dtype_include=float))]),
        ColumnTransformer([("numbers", numbers(), [0, 2]), ("paid", "passthrough", slice(4, 5))]),
        ColumnTransformer([("numbers", numbers(), [True, False, True, False, False])]),
        ColumnTransformer([("note", HashingVectorizer(n_features=8), "note"), ("paid", "passthrough", ["paid"])]),
        ColumnTransformer(
            [("filled", SimpleImputer(), ["age", "paid"]), ("rest", "passthrough", ["income"])],
            verbose_feature_names_out=False,
        ),
        make_pipeline(
            ColumnTransformer([("numbers", SimpleImputer(), NUMBERS)]),
            FeatureUnion(
                [("bins", KBinsDiscretizer(2, quantile_method="averaged_inverted_cdf")), ("scaled", MinMaxScaler())]
            ),
            PolynomialFeatures(interaction_only=True),
        ),
        make_pipeline(ColumnTransformer([("numbers", SimpleImputer(), NUMBERS)]), "passthrough", VarianceThreshold()),
    ],
)
def test_compositions_agree_bit_for_bit(transformer: Any) -> None:
    unseen = pd.DataFrame([{"age": -3.5, "city": "oslo", "income": 1e12, "note": "unseen bread", "paid": True}])
    assert_agreement(transformer.fit(events()), pd.concat([events(), unseen], ignore_index=True))


def test_parts_that_give_columns_the_names_of_others_read_what_was_there_before() -> None:
    swap = ColumnTransformer([("a", MinMaxScaler(), ["b"]), ("b", "passthrough", ["a"])])
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [10.0, 30.0]})
    plan = Plan(steps_of(swap.fit(frame), ["a", "b"], ["a", "b"]), ["a", "b"])
    assert plan.vector({"a": 2.0, "b": 10.0}) == [0.0, 2.0]


def test_a_selector_of_columns_passes_what_it_chose() -> None:
    frame = events()[NUMBERS].fillna(0.0)
    assert_agreement(SelectKBest(k=1).fit(frame, [0, 1, 0, 1, 1, 0]), frame)


def test_inputs_that_only_dropped_columns_need_are_no_inputs() -> None:
    scaler = ColumnTransformer([("numbers", numbers(), NUMBERS)]).fit(events())
    assert plan_of(scaler, list(events().columns)).inputs == ("age", "income")


class Doubler(StandardScaler):  # type: ignore[misc]
    """What looks like a scaler and does something else."""


@pytest.mark.parametrize(
    ("transformer", "reason"),
    [
        (PCA(), "PCA has no plan form"),
        (FunctionTransformer(np.log1p), "FunctionTransformer has no plan form"),
        (Doubler(), "Doubler has no plan form"),
        (make_pipeline(SimpleImputer(), PCA()), "PCA has no plan form"),
        (FeatureUnion([("scaled", StandardScaler())], transformer_weights={"scaled": 2}), "with weights"),
    ],
)
def test_what_has_no_plan_form_says_why(transformer: Any, reason: str) -> None:
    frame = events()[NUMBERS].fillna(0.0)
    with pytest.raises(NotCompilable, match=reason):
        plan_of(transformer.fit(frame), NUMBERS)
