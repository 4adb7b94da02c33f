"""Predictions: which model answers, what it answers, and the log of it."""

from augury.serving.answers import Answer
from augury.serving.catalogue import PipelineCatalogue
from augury.serving.directory import PipelineDirectory
from augury.serving.engine import PredictionEngine
from augury.serving.masks import MASKED, Masks
from augury.serving.model_cache import ModelCache
from augury.serving.models import Lane, Model, NoSuchLane, Scorer, load_model
from augury.serving.open_inference import OpenInference
from augury.serving.plan_lane import PLAN_LANE, PlanScorer
from augury.serving.prediction_log import Failed, Served
from augury.serving.requests import PredictRequest, from_body, from_parameters
from augury.serving.shadows import ShadowCalls

__all__ = [
    "MASKED",
    "PLAN_LANE",
    "Answer",
    "Failed",
    "Lane",
    "Masks",
    "Model",
    "ModelCache",
    "NoSuchLane",
    "OpenInference",
    "PipelineCatalogue",
    "PipelineDirectory",
    "PlanScorer",
    "PredictRequest",
    "PredictionEngine",
    "Scorer",
    "Served",
    "ShadowCalls",
    "from_body",
    "from_parameters",
    "load_model",
]
