"""Species of iris flowers by a random forest of scikit-learn."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, FeatureIdTransform, SKLearnClassifier

NAME = "iris-sklearn"


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    forest = RandomForestClassifier(n_estimators=100, max_depth=6, random_state=0)
    return Pipeline(
        [
            ("ids", FeatureIdTransform("name", "nameId", exclude_missing=True, zero_based=True)),
            ("auto", AutoTransform(exclude=["nameId", "name"])),
            ("forest", SKLearnClassifier("nameId", target_readable="name", excluded=["name"], clf=forest)),
        ]
    )


def load_frame() -> pd.DataFrame:
    """Return Fisher's 150 flowers: four measurements in cm, and the species (UCI machine learning repository)."""
    flowers = load_iris(as_frame=True)
    names = {"sepal length (cm)": "f1", "sepal width (cm)": "f2", "petal length (cm)": "f3", "petal width (cm)": "f4"}
    species = [f"Iris-{flowers.target_names[code]}" for code in flowers.target]
    frame: pd.DataFrame = flowers.data.rename(columns=names)
    return frame.assign(name=species)
