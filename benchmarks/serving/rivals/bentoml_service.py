"""The pickled pipeline as a BentoML service."""

from __future__ import annotations

import os
from typing import Any

import bentoml
import joblib
import pandas as pd


@bentoml.service(workers=1)
class Mixed:
    """Serves the pipeline."""

    def __init__(self) -> None:
        self._pipeline = joblib.load(os.environ["RIVAL_PIPELINE"])
        self._numbers = dict.fromkeys(self._pipeline["columns"].transformers_[0][2], float)

    @bentoml.api
    def predict(self, features: dict[str, Any]) -> list[float]:
        """Return the probability of each class."""
        frame = pd.DataFrame([features]).astype(self._numbers)
        return self._pipeline.predict_proba(frame)[0].tolist()
