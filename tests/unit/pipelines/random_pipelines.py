"""Pipelines, frames and records drawn at random, of every listed step."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from augury.pipelines import (
    AutoTransform,
    BinaryTransform,
    ExcludeFeaturesTransform,
    ExistFeaturesTransform,
    FeatureIdTransform,
    ListFeaturesTransform,
    PathTransform,
    RareCategoriesTransform,
    SKLearnClassifier,
    SKLearnRegressor,
    SklearnTransform,
    SplitTransform,
    SvmlightTransform,
    TfidfTransform,
    XGBoostClassifier,
    XGBoostRegressor,
)

LABELS = ("label", "value")
NUMBERS = ("n1", "n2")
TEXTS = ("c1", "c2")
RAW = (*NUMBERS, "flag", *TEXTS, "text", "day", "items", "user", "mixed")
ROWS = 24

numbers = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 10.0, 1e-3]),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from([1e30, -1e30, 1e-30]),
)
categories = st.sampled_from(["a", "b", "B", "New York", "ü", "10", "", "yes"])
words = st.lists(st.sampled_from(["red", "Green", "blue", "ünder", "the", "2"]), max_size=5).map(" ".join)
days = st.sampled_from(["2026-11-23", "2024-02-29T12:30:00", "2026-03-29T02:30:00Z", "1969-12-31", "not a day"])
lists = st.lists(st.sampled_from(["x", "y", "ü", 1]), max_size=3)
users = st.fixed_dictionaries({"city": categories, "age": st.none() | st.integers(0, 90)})
VALUES = {
    "n1": numbers,
    "n2": st.integers(-5, 5),
    "flag": st.booleans(),
    "c1": categories,
    "c2": categories,
    "text": words,
    "day": days,
    "items": lists,
    "user": users,
    "mixed": numbers | categories | st.booleans(),
}
anything = st.one_of(*VALUES.values(), st.text(max_size=4))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw training data: some columns with nulls, and both a label and a value to predict."""
    nullable = draw(st.sets(st.sampled_from(RAW)))
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {name: st.none() | values if name in nullable else values for name, values in VALUES.items()}
            ),
            min_size=ROWS,
            max_size=ROWS,
        )
    )
    # Something to learn and something to tell rows apart by is in every frame.
    for at, row in enumerate(rows):
        row |= {"n1": float(at % 7) if at < 8 else row["n1"], "c1": "ab"[at % 2] if at < 8 else row["c1"]}
        row |= {"label": "xyz"[at % 3], "value": float(at % 5) + at / 7}
    return pd.DataFrame(rows)


def records() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw records: mostly of the right types, with fields missing, null, or of another type."""
    value_of = {name: st.one_of(values, values, values, st.none(), anything) for name, values in VALUES.items()}
    return st.lists(st.fixed_dictionaries({}, optional=value_of), min_size=1, max_size=6)


def transforms() -> st.SearchStrategy[Any]:
    """Draw a transform of this package."""
    auto = st.builds(
        AutoTransform,
        exclude=st.just((*LABELS, "items", "user", "label_id")),
        max_values_numeric_categorical=st.integers(0, 3),
        date_cols=st.sampled_from([(), ("day",)]),
        ignore_vals=st.sampled_from([None, ["a"], [1]]),
        force_categorical=st.sampled_from([(), ("n2",)]),
        min_cat_percent=st.sampled_from([0.0, 0.1]),
        time_zone=st.sampled_from([None, "Europe/Rome"]),
        drop_constant_features=st.booleans(),
        min_max_limit=st.booleans(),
    )
    return st.one_of(
        auto,
        st.builds(BinaryTransform, st.sampled_from(RAW), st.just("has")),
        st.builds(ExcludeFeaturesTransform, st.lists(st.sampled_from(["c2", "day", "mixed"]), max_size=2)),
        st.builds(ExistFeaturesTransform, st.just(["c1"])),
        st.builds(FeatureIdTransform, st.sampled_from(["c1", "c2", "n2", "mixed"]), st.just("an_id")),
        st.builds(ListFeaturesTransform, st.just("items"), measure=st.sampled_from(["multi_hot", "count"])),
        st.builds(PathTransform, st.just(["user.city", "user.age", "user.none"])),
        st.builds(RareCategoriesTransform, st.just(list(TEXTS)), min_percent=st.sampled_from([0.05, 0.2])),
        st.builds(TfidfTransform, st.just("text"), st.just("weights"), ngram_range=st.sampled_from([(1, 1), (1, 2)])),
        st.builds(SplitTransform, st.just(" "), st.booleans(), st.just(["text", "c1"]), st.just("tokens")),
        st.builds(SvmlightTransform, included=st.just(["n1", "c1"]), output_feature=st.just("svm")),
        sklearn_transforms(),
    )


def sklearn_transforms() -> st.SearchStrategy[SklearnTransform]:
    """Draw a scikit-learn transformer behind our own transform."""
    return st.one_of(
        st.builds(_on_numbers, number_forms()),
        st.builds(_on_texts, text_forms()),
        st.builds(_on_documents, document_forms()),
    )


def _on_numbers(transformer: Any) -> SklearnTransform:
    filled = Pipeline([("fill", SimpleImputer(keep_empty_features=True)), ("form", transformer)])
    return SklearnTransform(list(NUMBERS), output_features_prefix="made", transformer=filled)


def _on_texts(transformer: Any) -> SklearnTransform:
    target = "value" if isinstance(transformer, TargetEncoder) else None
    return SklearnTransform(list(TEXTS), output_features_prefix="coded", transformer=transformer, target_feature=target)


def _on_documents(transformer: Any) -> SklearnTransform:
    return SklearnTransform(["text"], output_features_prefix="term", transformer=transformer)


def number_forms() -> st.SearchStrategy[Any]:
    """Draw a transformer of numbers."""
    return st.one_of(
        st.builds(StandardScaler, with_mean=st.booleans(), with_std=st.booleans()),
        st.builds(MinMaxScaler, clip=st.booleans()),
        st.builds(SimpleImputer, strategy=st.sampled_from(["mean", "median", "most_frequent"])),
        st.builds(
            KBinsDiscretizer,
            n_bins=st.integers(2, 4),
            encode=st.sampled_from(["ordinal", "onehot-dense"]),
            strategy=st.just("uniform"),
        ),
        st.builds(PolynomialFeatures, degree=st.integers(1, 2), interaction_only=st.booleans()),
    )


def text_forms() -> st.SearchStrategy[Any]:
    """Draw an encoder of categories."""
    return st.one_of(
        st.builds(
            OneHotEncoder,
            handle_unknown=st.sampled_from(["ignore", "infrequent_if_exist", "error"]),
            min_frequency=st.sampled_from([None, 3]),
            sparse_output=st.just(False),
        ),
        st.just(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)),
        st.just(TargetEncoder(target_type="continuous", cv=2, random_state=0)),
    )


def document_forms() -> st.SearchStrategy[Any]:
    """Draw a vectorizer of documents that finds a term in the shortest of them."""
    pattern = st.just(r"(?u)\b\w+\b")
    return st.one_of(
        st.builds(CountVectorizer, token_pattern=pattern, binary=st.booleans(), vocabulary=st.just(["red", "blue"])),
        st.builds(
            TfidfVectorizer, token_pattern=pattern, vocabulary=st.just(["red", "ünder"]), sublinear_tf=st.booleans()
        ),
        st.builds(HashingVectorizer, n_features=st.sampled_from([4, 16]), alternate_sign=st.booleans()),
    )  # fmt: skip


def estimators() -> st.SearchStrategy[Any]:
    """Draw an estimator of either kind."""
    small = st.integers(1, 4)
    excluded = st.just(["label", "value", "items", "user"])
    return st.one_of(
        st.builds(
            XGBoostClassifier, st.just("label_id"), st.just("label"), excluded=excluded,
            n_estimators=small, max_depth=st.integers(1, 4), nthread=st.just(1),
        ),
        st.builds(XGBoostRegressor, st.just("value"), excluded=excluded, n_estimators=small, nthread=st.just(1)),
        st.builds(
            SKLearnClassifier, st.just("label_id"), st.just("label"), excluded=excluded,
            clf=st.sampled_from([
                DecisionTreeClassifier(max_depth=4, random_state=0),
                RandomForestClassifier(n_estimators=3, random_state=0),
                GradientBoostingClassifier(n_estimators=2, random_state=0),
                LogisticRegression(max_iter=50),
            ]),
        ),
        st.builds(
            SKLearnRegressor, st.just("value"), excluded=excluded,
            clf=st.sampled_from([
                DecisionTreeRegressor(max_depth=4, random_state=0),
                RandomForestRegressor(n_estimators=3, random_state=0),
                Ridge(),
                LinearRegression(),
            ]),
        ),
    )  # fmt: skip


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Draw a pipeline of this package's transforms and estimators."""
    steps = [FeatureIdTransform("label", "label_id"), *draw(st.lists(transforms(), max_size=3)), draw(estimators())]
    return Pipeline([(f"step{number}", step) for number, step in enumerate(steps)])


@st.composite
def plain_pipelines(draw: st.DrawFn) -> Pipeline:
    """Draw a pipeline that is scikit-learn's own from end to end: a ColumnTransformer and an estimator."""
    forms = ColumnTransformer(
        [
            ("numbers", make_filled(draw(number_forms())), list(NUMBERS)),
            ("texts", draw(text_forms().filter(lambda form: not isinstance(form, TargetEncoder))), list(TEXTS)),
            ("documents", draw(document_forms()), "text"),
        ][: draw(st.integers(1, 3))],
        remainder="drop",
    )
    estimator = draw(
        st.sampled_from(
            [
                DecisionTreeClassifier(max_depth=4, random_state=0),
                RandomForestClassifier(n_estimators=3, random_state=0),
                LogisticRegression(max_iter=50),
            ]
        )
    )
    return Pipeline([("forms", forms), ("estimator", estimator)])


def make_filled(transformer: Any) -> Pipeline:
    """Return a transformer of numbers behind an imputer."""
    return Pipeline([("fill", SimpleImputer(keep_empty_features=True)), ("form", transformer)])
