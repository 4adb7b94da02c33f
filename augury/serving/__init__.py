"""Predictions: which model answers, what it answers, and the log of it."""

from augury.serving.answers import Answer
from augury.serving.background_log import BackgroundLog
from augury.serving.baked import BakedPipeline
from augury.serving.catalogue import PipelineCatalogue
from augury.serving.directory import PipelineDirectory
from augury.serving.engine import PredictionEngine, ShadowFailed
from augury.serving.heavy import HeavyFunction, ScoreRequest, answer_score
from augury.serving.log_queue import TRY_S, LinesLost, LogQueue
from augury.serving.long_lived import LongLived
from augury.serving.masks import MASKED, Masks
from augury.serving.model_cache import CacheCounts, ModelCache
from augury.serving.models import Lane, Model, NoSuchLane, Scorer, load_model
from augury.serving.open_inference import OpenInference
from augury.serving.plan_lane import PLAN_LANE, PlanScorer
from augury.serving.prediction_log import Failed, PredictionLog, Served
from augury.serving.requests import PredictRequest, from_body, from_parameters
from augury.serving.shadows import ShadowCalls
from augury.serving.synchronous_log import SynchronousLog

__all__ = [
    "MASKED",
    "PLAN_LANE",
    "TRY_S",
    "Answer",
    "BackgroundLog",
    "BakedPipeline",
    "CacheCounts",
    "Failed",
    "HeavyFunction",
    "Lane",
    "LinesLost",
    "LogQueue",
    "LongLived",
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
    "PredictionLog",
    "ScoreRequest",
    "Scorer",
    "Served",
    "ShadowCalls",
    "ShadowFailed",
    "SynchronousLog",
    "answer_score",
    "from_body",
    "from_parameters",
    "load_model",
]
