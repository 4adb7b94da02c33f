"""Events to fit on, and a pipeline for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, XGBoostClassifier


def mixed_events(rows: int = 5_000, numbers: int = 22, texts: int = 8) -> pd.DataFrame:
    """Return events with 22 numbers, one in fifty missing, 8 texts of ten values, and a label that depends on them."""
    random = np.random.default_rng(0)
    values = random.normal(size=(rows, numbers))
    label = values[:, 0] + values[:, 1] * values[:, 2] + random.normal(scale=0.3, size=rows) > 0
    values[random.random(values.shape) < 0.02] = np.nan
    columns: dict[str, Any] = {f"n{i}": values[:, i] for i in range(numbers)}
    columns |= {f"t{i}": [f"value {code}" for code in random.integers(0, 10, rows)] for i in range(texts)}
    return pd.DataFrame({**columns, "label": label.astype(int)})


def mixed_pipeline() -> Pipeline:
    """Return a pipeline for :func:`mixed_events`: 30 features, 100 trees of depth 6."""
    return Pipeline(
        [("auto", AutoTransform(exclude=["label"])), ("xgb", XGBoostClassifier("label", max_depth=6, nthread=1))]
    )


def wide_frame(rows: int) -> pd.DataFrame:
    """Return 30 columns: 20 numbers, 2 numbers with one null in ten, 6 texts of 5 to 200 values, 2 booleans."""
    random = np.random.default_rng(1)
    columns: dict[str, Any] = {f"n{i}": random.normal(size=rows) for i in range(20)}
    columns |= {f"g{i}": np.where(random.random(rows) < 0.1, np.nan, random.normal(size=rows)) for i in range(2)}
    for number, count in enumerate((5, 10, 20, 50, 100, 200)):
        names = np.array([f"Value {code}" for code in range(count)], dtype=object)
        columns[f"t{number}"] = pd.Series(names[random.integers(0, count, rows)], dtype="str")
    columns |= {f"b{i}": random.random(rows) < 0.5 for i in range(2)}
    return pd.DataFrame(columns)
