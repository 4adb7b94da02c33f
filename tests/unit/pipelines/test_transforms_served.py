"""Transforms in whole pipelines: what is served answers as what was fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder

from augury.pipelines import (
    AutoTransform,
    BinaryTransform,
    ExcludeFeaturesTransform,
    ExistFeaturesTransform,
    FeatureIdTransform,
    IncludeFeaturesTransform,
    ListFeaturesTransform,
    PathTransform,
    RareCategoriesTransform,
    SklearnTransform,
    SplitTransform,
    SvmlightTransform,
    TfidfTransform,
    XGBoostClassifier,
    as_json,
    compile_pipeline,
    parity_report,
)

WORDS = ("red", "blue", "shoes", "hat", "Łódź", "10", "new york")


def events(rows: int = 160) -> pd.DataFrame:
    """Return events with a field of each kind, and a label that depends on several of them."""
    pick = np.random.default_rng(7)
    texts = [" ".join(pick.choice(WORDS, pick.integers(0, 5))) for _ in range(rows)]
    age = np.where(pick.random(rows) < 0.1, np.nan, pick.normal(40, 10, rows).round(1))
    moments = pd.Timestamp("2026-01-01") + pd.to_timedelta(pick.integers(0, 10_000_000, rows), unit="s")
    return pd.DataFrame(
        {
            "age": age,
            "text": [None if pick.random() < 0.1 else text for text in texts],
            "city": pick.choice(["Rome", "Oslo", "Bonn", "Łódź", None], rows, p=[0.5, 0.3, 0.1, 0.05, 0.05]),
            "at": [f"{moment.isoformat()}Z" for moment in moments],
            "since": [f"{moment:%d.%m.%Y}" for moment in moments - pd.Timedelta(days=9)],
            "tags": [[str(tag) for tag in pick.choice(WORDS, 2)] if number % 7 else None for number in range(rows)],
            "user": [
                {"address": {"zip": int(number)}, "vip": bool(number % 2)} for number in pick.integers(0, 4, rows)
            ],
            "label": np.where(np.nan_to_num(age) + 10 * np.array(["red" in text for text in texts]) > 42, "yes", "no"),
        }
    )


PIPELINES: dict[str, list[Any]] = {
    "auto": [
        AutoTransform(
            include=["age", "city", "at", "since"],
            date_cols=["at", "since"],
            custom_date_formats=["%d.%m.%Y"],
            create_date_differences=True,
            time_zone="America/New_York",
        ),
        ExcludeFeaturesTransform(["text", "tags", "user"]),
    ],
    "texts": [
        TfidfTransform("text", "weights", ngram_range=(1, 2)),
        ListFeaturesTransform("weights", measure="weight"),
        ExcludeFeaturesTransform(["text", "tags", "user", "at", "since"]),
    ],
    "tokens": [
        SplitTransform(input_features=["text", "city"], output_feature="tokens"),
        ListFeaturesTransform("tokens", "has"),
        ExcludeFeaturesTransform(["text", "tags", "user", "at", "since"]),
    ],
    "sparse": [
        SvmlightTransform(["age", "city", "tags", "user"], output_feature="svm"),
        ListFeaturesTransform("svm", measure="weight"),
        ExcludeFeaturesTransform(["text", "tags", "user", "at", "since", "city", "age"]),
    ],
    "nested": [
        PathTransform(["user.address.zip", "user.vip", "user.none"]),
        RareCategoriesTransform(["city"], min_percent=0.2),
        BinaryTransform("text", "has_text"),
        FeatureIdTransform("user.address.zip", "zip_id"),
        IncludeFeaturesTransform(["user.address.zip", "user.vip", "city", "has_text", "zip_id", "label", "target"]),
    ],
    "required": [
        ExistFeaturesTransform(["age", "city"]),
        FeatureIdTransform("city", "city_id", exclude_missing=True, max_classes=3),
        ExcludeFeaturesTransform(["text", "tags", "user", "at", "since", "city"]),
    ],
    "sklearn": [
        ExistFeaturesTransform(["age"]),
        SklearnTransform(
            ["age"],
            output_features_prefix="bin",
            transformer=KBinsDiscretizer(4, encode="onehot-dense", quantile_method="averaged_inverted_cdf"),
        ),
        SklearnTransform(["city"], output_features_prefix="city", transformer=OneHotEncoder(handle_unknown="ignore")),
        ExcludeFeaturesTransform(["text", "tags", "user", "at", "since", "city"]),
    ],
}


def fitted(name: str) -> tuple[Pipeline, pd.DataFrame]:
    frame = as_json(events())
    label = FeatureIdTransform("label", "target", exclude_missing=True, zero_based=True)
    model = XGBoostClassifier("target", "label", n_estimators=12, nthread=1)
    steps = [label, *map(clone, PIPELINES[name]), model]
    return Pipeline([(f"step{number}", step) for number, step in enumerate(steps)]).fit(frame), frame


@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_takes_the_plan_lane_and_answers_as_it_was_fitted(name: str) -> None:
    pipeline, frame = fitted(name)
    compiled = compile_pipeline(pipeline, frame)
    report = parity_report(pipeline, compiled, frame)
    assert report.agrees, report
    assert report.training_rows + report.unanswered_rows >= len(frame)
    assert (report.unanswered_rows > 0) == (name in ("required", "sklearn"))
