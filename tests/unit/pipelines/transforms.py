"""One of each transform, frames to try them on, and what their plan steps make of a record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from sklearn.impute import SimpleImputer

from augury.pipelines import (
    AutoTransform,
    BinaryTransform,
    ExcludeFeaturesTransform,
    ExistFeaturesTransform,
    FeatureIdTransform,
    FrameTransform,
    IncludeFeaturesTransform,
    ListFeaturesTransform,
    PathTransform,
    RareCategoriesTransform,
    SklearnTransform,
    SplitTransform,
    SvmlightTransform,
    TfidfTransform,
)
from augury.plans import AnyStep


class Case(NamedTuple):
    """A transform, and the columns of :func:`example_frame` that it looks at."""

    transform: FrameTransform
    reads: tuple[str, ...]


CASES = {
    "auto": Case(
        AutoTransform(
            include=["number", "flag", "text", "mixed", "date", "other_date"],
            date_cols=["date", "other_date"],
            custom_date_formats=["%d.%m.%Y"],
            create_date_differences=True,
            time_zone="Europe/Rome",
            ignore_vals=["n/a", -1],
            min_max_limit=True,
            drop_constant_features=False,
        ),
        ("number", "flag", "text", "mixed", "date", "other_date"),
    ),
    "binary": Case(BinaryTransform("mixed", "has_mixed"), ("mixed",)),
    "exclude": Case(ExcludeFeaturesTransform(["flag", "unknown"]), ("flag",)),
    "exist": Case(ExistFeaturesTransform(["number", "text"]), ("number", "text")),
    "feature_id": Case(FeatureIdTransform("mixed", "mixed_id"), ("mixed",)),
    "feature_id_required": Case(FeatureIdTransform("text", "text_id", exclude_missing=True, min_size=2), ("text",)),
    "include": Case(IncludeFeaturesTransform(["text", "number", "unknown"]), ("text", "number")),
    "list_count": Case(ListFeaturesTransform("items", measure="count"), ("items",)),
    "list_weight": Case(ListFeaturesTransform("object", "weight", measure="weight"), ("object",)),
    "path": Case(PathTransform(["object.a", "object.b.c"]), ("object",)),
    "rare": Case(RareCategoriesTransform(["text", "mixed"], min_percent=0.2), ("text", "mixed")),
    "sklearn": Case(
        SklearnTransform(
            ["number", "flag"],
            output_features_prefix="filled",
            transformer=SimpleImputer(strategy="most_frequent", keep_empty_features=True),
        ),
        ("number", "flag"),
    ),
    "split": Case(
        SplitTransform(r"[ \-]", True, ["text", "mixed", "unknown"], output_feature="tokens"), ("text", "mixed")
    ),
    "svmlight": Case(SvmlightTransform(excluded=["date", "other_date"], output_feature="svm"), ("mixed", "items")),
    "tfidf_selected": Case(
        TfidfTransform("items", "weights", select_features=True, topn_features=1, target_feature="flag"), ("items",)
    ),
    "tfidf": Case(TfidfTransform("text", "weights", ngram_range=(1, 2)), ("text",)),
}
"""Every class at least once."""

EXAMPLES: list[dict[str, Any]] = [
    {
        "number": 1.5,
        "flag": True,
        "text": "New York is big",
        "mixed": 10,
        "date": "2026-03-01T10:00:00Z",
        "other_date": "1.2.2026",
        "items": ["red", "blue", "red"],
        "object": {"a": 1, "b": {"c": "x"}},
    },
    {
        "number": -2.0,
        "flag": False,
        "text": "Łódź",
        "mixed": "10",
        "date": "2026-07-31",
        "other_date": 1_700_000_000,
        "items": ["blue", 7, None],
        "object": {"a": "one"},
    },
    {
        "number": None,
        "flag": None,
        "text": None,
        "mixed": None,
        "date": None,
        "other_date": None,
        "items": None,
        "object": None,
    },
    {
        "number": 7,
        "flag": True,
        "text": "Łódź",
        "mixed": True,
        "date": "n/a",
        "other_date": "2026-02-30",
        "items": [],
        "object": {"b": [1]},
    },
    {
        "number": 1e300,
        "flag": False,
        "text": "new-york 2",
        "mixed": "",
        "date": "2026-03-29 02:30:00",
        "other_date": "2020-02-29T23:59:59.999999+05:30",
        "items": ["red", True],
        "object": {"a": 2.5, "b": {"c": None}},
    },
]


def example_frame() -> pd.DataFrame:
    """Return a frame with columns of all types, each as a JSON reader would give it."""
    return pd.DataFrame(EXAMPLES)


def served(steps: Iterable[AnyStep], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's fields after the steps; a step refuses by :class:`augury.plans.Unanswerable`."""
    fields = dict(record)
    for step in steps:
        read, written = len(step.reads), len(step.writes)
        slots = [*map(fields.get, step.reads), *[step.initial] * written]
        step.bind(range(read), range(read, read + written))(slots)
        fields.update(zip(step.writes, slots[read:], strict=True))
    return fields


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, bit for bit; None and NaN are."""
    if is_null(one) or is_null(other):
        return is_null(one) and is_null(other)
    return bool(one == other)


def is_null(value: Any) -> bool:
    """Whether a value is missing."""
    return value is None or (isinstance(value, float) and math.isnan(value))
