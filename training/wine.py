"""Which of three cultivars a wine is of, from its chemistry, with a search for the trees' parameters.

``augury pipeline train training/wine.py --client demo --data example --tune 30 --report wine.html``
"""

from __future__ import annotations

from typing import Any

import optuna
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, XGBoostClassifier


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline(
        [
            ("auto", AutoTransform(exclude=["cultivar"])),
            ("xgb", XGBoostClassifier("cultivar", n_estimators=60, nthread=1)),
        ]
    )


def search_space(trial: optuna.Trial) -> dict[str, Any]:
    """Draw what of the trees is worth searching for."""
    return {
        "xgb__learning_rate": trial.suggest_float("learning_rate", 0.02, 0.5, log=True),
        "xgb__max_depth": trial.suggest_int("max_depth", 2, 6),
        "xgb__subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "xgb__colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "xgb__min_child_weight": trial.suggest_float("min_child_weight", 0.1, 5.0, log=True),
    }


def load_frame() -> pd.DataFrame:
    """Return 178 wines with 13 measurements each, and the cultivar (UCI machine learning repository)."""
    wines = load_wine(as_frame=True)
    frame: pd.DataFrame = wines.data.assign(cultivar=[f"cultivar {code + 1}" for code in wines.target])
    return frame
