"""The data and the model that every contestant serves.

The rivals' environments run this file too, which is why it imports nothing of Augury:
``python benchmarks/serving/model.py pipeline.joblib``.
"""

from __future__ import annotations

import sys
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from xgboost import XGBClassifier

NUMBERS = [f"n{i}" for i in range(20)]
COUNTS = ["visits", "orders"]
CATEGORIES = [f"category{i}" for i in range(6)]
CODES = ["product", "postcode"]
TREES: dict[str, Any] = {"n_estimators": 100, "max_depth": 6, "learning_rate": 0.1, "base_score": 0.5}


def features(rows: int = 5_000) -> pd.DataFrame:
    """Return 30 columns: 20 numbers, one in fifty missing, 2 counts, 6 texts of eight values, 2 codes of forty."""
    random = np.random.default_rng(0)
    values = random.normal(size=(rows, len(NUMBERS)))
    values[random.random(values.shape) < 0.02] = np.nan
    columns: dict[str, Any] = dict(zip(NUMBERS, values.T, strict=True))
    columns |= {name: random.poisson(4, rows).astype(float) for name in COUNTS}
    columns |= {name: [f"value {i}" for i in random.integers(0, 8, rows)] for name in CATEGORIES}
    columns |= {name: [f"K-{i:03d}" for i in random.integers(0, 40, rows)] for name in CODES}
    return pd.DataFrame(columns)


def labels(frame: pd.DataFrame) -> pd.Series[int]:
    """Return a class for each row that depends on its numbers, a count, a category and a code."""
    noise = np.random.default_rng(1).normal(scale=0.3, size=len(frame))
    score = frame["n0"].fillna(0) + frame["n1"].fillna(0) * frame["n2"].fillna(0) + frame["visits"] / 8 + noise
    likes = (frame["category0"] == "value 3").astype(float) - (frame["product"] < "K-010").astype(float)
    return (score + likes > 0.5).astype(int)


def numbers() -> Pipeline:
    """Return what becomes of numbers: imputed and scaled."""
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler())


def texts() -> OneHotEncoder:
    """Return what becomes of texts: a column for each value."""
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def pipeline() -> Pipeline:
    """Return the unfitted pipeline of the rivals."""
    columns = [("numbers", numbers(), NUMBERS + COUNTS), ("texts", texts(), CATEGORIES + CODES)]
    trees = XGBClassifier(n_jobs=1, random_state=0, **TREES)
    return Pipeline([("columns", ColumnTransformer(columns)), ("trees", trees)])


def fitted() -> Pipeline:
    """Return the pipeline, fitted on all rows."""
    frame = features()
    return pipeline().fit(frame, labels(frame))


def rows(count: int) -> list[dict[str, Any]]:
    """Return rows as JSON has them, a missing number as None."""
    records = features(count).to_dict("records")
    return [{str(name): None if value != value else value for name, value in row.items()} for row in records]


if __name__ == "__main__":
    joblib.dump(fitted(), sys.argv[1])
