"""What one writes by hand: FastAPI, a frame of one row, and the pickled pipeline."""

from __future__ import annotations

import os
from typing import Annotated, Any

import joblib
import pandas as pd
from fastapi import Body, FastAPI

app = FastAPI()
pipeline = joblib.load(os.environ["RIVAL_PIPELINE"])
numbers = dict.fromkeys(pipeline["columns"].transformers_[0][2], float)


@app.post("/predict")
async def predict(features: Annotated[dict[str, Any], Body()]) -> list[float]:
    """Return the probability of each class."""
    frame = pd.DataFrame([features]).astype(numbers)
    return pipeline.predict_proba(frame)[0].tolist()
