"""How far diabetes has gone on after a year, a number, from ten measurements of a patient."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, XGBoostRegressor


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("auto", AutoTransform(exclude=["progression"])),
            (
                "xgb",
                XGBoostRegressor(
                    "progression", max_depth=3, learning_rate=0.05, n_estimators=120, subsample=0.7, nthread=1
                ),
            ),
        ]
    )


def load_frame() -> pd.DataFrame:
    """Return 442 patients (Efron, Hastie, Johnstone and Tibshirani 2004), in the units of the clinic."""
    patients = load_diabetes(as_frame=True, scaled=False)
    names = {"s1": "cholesterol", "s2": "ldl", "s3": "hdl", "s4": "cholesterol_ratio", "s5": "log_triglycerides"}
    frame: pd.DataFrame = patients.data.rename(columns={**names, "s6": "glucose"})
    return frame.assign(progression=patients.target)
