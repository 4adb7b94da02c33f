"""Transforms and estimators on pandas frames, and the plan and model that each fitted pipeline becomes.

Everything composes with :class:`sklearn.pipeline.Pipeline`.
"""

from augury.pipelines._auto import BOOL_MAP, AutoTransform
from augury.pipelines._columns import UnfitColumn, drop_envelope, records_of
from augury.pipelines._compile import Compiled, NotCompilable, compile_pipeline, estimator_of, transforms_of
from augury.pipelines._feature_id import FeatureIdTransform
from augury.pipelines._frame_estimator import FrameEstimator
from augury.pipelines._frame_transform import FrameTransform
from augury.pipelines._parity import TOLERANCE, ParityReport, parity_report
from augury.pipelines._xgboost_classifier import XGBoostClassifier

__all__ = [
    "BOOL_MAP",
    "TOLERANCE",
    "AutoTransform",
    "Compiled",
    "FeatureIdTransform",
    "FrameEstimator",
    "FrameTransform",
    "NotCompilable",
    "ParityReport",
    "UnfitColumn",
    "XGBoostClassifier",
    "compile_pipeline",
    "drop_envelope",
    "estimator_of",
    "parity_report",
    "records_of",
    "transforms_of",
]
