"""Whether a tumour is malignant, from 30 measurements of its cells' nuclei: a logistic regression of scaled numbers."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from augury.pipelines import SKLearnClassifier, SklearnTransform

NAME = "breast-cancer"


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    measured = list(_measurements().columns)
    return Pipeline(
        [
            ("scale", SklearnTransform(measured, measured, transformer=StandardScaler())),
            ("logistic", SKLearnClassifier("diagnosis", clf=LogisticRegression(max_iter=1_000))),
        ]
    )


def load_frame() -> pd.DataFrame:
    """Return 569 tumours of the Wisconsin diagnostic data (UCI machine learning repository)."""
    tumours = load_breast_cancer()
    return _measurements().assign(diagnosis=[str(tumours.target_names[code]) for code in tumours.target])


def _measurements() -> pd.DataFrame:
    frame: pd.DataFrame = load_breast_cancer(as_frame=True).data
    return frame.rename(columns=lambda name: name.replace(" ", "_"))
