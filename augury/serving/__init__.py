"""Predictions: which model answers, what it answers, and the log of it."""

from augury.serving.answers import Answer
from augury.serving.directory import PipelineDirectory
from augury.serving.engine import PredictionEngine
from augury.serving.model_cache import ModelCache
from augury.serving.models import Model, Scorer
from augury.serving.prediction_log import Served
from augury.serving.requests import PredictRequest, from_body, from_parameters

__all__ = [
    "Answer",
    "Model",
    "ModelCache",
    "PipelineDirectory",
    "PredictRequest",
    "PredictionEngine",
    "Scorer",
    "Served",
    "from_body",
    "from_parameters",
]
