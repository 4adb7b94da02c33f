"""Transforms and estimators on pandas frames, and the plan and model that each fitted pipeline becomes.

Everything composes with :class:`sklearn.pipeline.Pipeline`.
"""

from augury.pipelines._allowed_types import ALLOWED_TYPES, allowed_types
from augury.pipelines._auto import BOOL_MAP, AutoTransform
from augury.pipelines._binary import BinaryTransform
from augury.pipelines._columns import UnfitColumn, drop_envelope, records_of
from augury.pipelines._compile import Compiled, compile_pipeline, estimator_of, predictor_of, transforms_of
from augury.pipelines._differences import RELATIVE_TOLERANCE, TOLERANCE
from augury.pipelines._exclude_features import ExcludeFeaturesTransform
from augury.pipelines._exist_features import ExistFeaturesTransform
from augury.pipelines._feature_id import FeatureIdTransform
from augury.pipelines._frame_classifier import FrameClassifier
from augury.pipelines._frame_estimator import FrameEstimator, ModelInput
from augury.pipelines._frame_regressor import FrameRegressor
from augury.pipelines._frame_transform import FrameTransform
from augury.pipelines._include_features import IncludeFeaturesTransform
from augury.pipelines._labels import label_fields
from augury.pipelines._list_features import ListFeaturesTransform
from augury.pipelines._not_compilable import NotCompilable, TargetLeaks
from augury.pipelines._pandas_lane import PandasScorer, dump_pipeline, load_pipeline, pandas_lane
from augury.pipelines._parity import ParityReport, parity_report
from augury.pipelines._path import PathTransform
from augury.pipelines._rare_categories import RareCategoriesTransform
from augury.pipelines._schema import as_json, frame_of, infer_schema
from augury.pipelines._servable import NotServable, Servable, servable
from augury.pipelines._sklearn_classifier import SKLearnClassifier
from augury.pipelines._sklearn_regressor import SKLearnRegressor
from augury.pipelines._sklearn_transform import SklearnTransform
from augury.pipelines._split import SplitTransform
from augury.pipelines._svmlight import SvmlightTransform
from augury.pipelines._tfidf import TfidfTransform
from augury.pipelines._xgboost_classifier import XGBoostClassifier
from augury.pipelines._xgboost_regressor import XGBoostRegressor

__all__ = [
    "ALLOWED_TYPES",
    "BOOL_MAP",
    "RELATIVE_TOLERANCE",
    "TOLERANCE",
    "AutoTransform",
    "BinaryTransform",
    "Compiled",
    "ExcludeFeaturesTransform",
    "ExistFeaturesTransform",
    "FeatureIdTransform",
    "FrameClassifier",
    "FrameEstimator",
    "FrameRegressor",
    "FrameTransform",
    "IncludeFeaturesTransform",
    "ListFeaturesTransform",
    "ModelInput",
    "NotCompilable",
    "NotServable",
    "PandasScorer",
    "ParityReport",
    "PathTransform",
    "RareCategoriesTransform",
    "SKLearnClassifier",
    "SKLearnRegressor",
    "Servable",
    "SklearnTransform",
    "SplitTransform",
    "SvmlightTransform",
    "TargetLeaks",
    "TfidfTransform",
    "UnfitColumn",
    "XGBoostClassifier",
    "XGBoostRegressor",
    "allowed_types",
    "as_json",
    "compile_pipeline",
    "drop_envelope",
    "dump_pipeline",
    "estimator_of",
    "frame_of",
    "infer_schema",
    "label_fields",
    "load_pipeline",
    "pandas_lane",
    "parity_report",
    "predictor_of",
    "records_of",
    "servable",
    "transforms_of",
]
