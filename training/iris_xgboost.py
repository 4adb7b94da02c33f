"""Species of iris flowers from four measurements: the example that Seldon Server shipped with.

Run it to get the events to train on, one JSON object a line: ``python -m training.iris_xgboost``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pandas as pd
from sklearn.datasets import load_iris
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, FeatureIdTransform, XGBoostClassifier


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("ids", FeatureIdTransform("name", "nameId", min_size=0, exclude_missing=True, zero_based=True)),
            ("auto", AutoTransform(max_values_numeric_categorical=2, exclude=["nameId", "name"])),
            ("xgb", XGBoostClassifier("nameId", "name", excluded=["name"], learning_rate=0.1, nthread=1)),
        ]
    )


def load_frame() -> pd.DataFrame:
    """Return Fisher's 150 flowers as a frame."""
    return pd.DataFrame(example_events())


def example_events() -> list[dict[str, Any]]:
    """Return Fisher's 150 flowers: sepal length and width, petal length and width in cm, and the species."""
    flowers = load_iris()
    return [
        {**dict(zip(("f1", "f2", "f3", "f4"), row, strict=True)), "name": f"Iris-{flowers.target_names[species]}"}
        for row, species in zip(flowers.data.tolist(), flowers.target.tolist(), strict=True)
    ]


if __name__ == "__main__":
    sys.stdout.writelines(json.dumps(event) + "\n" for event in example_events())
