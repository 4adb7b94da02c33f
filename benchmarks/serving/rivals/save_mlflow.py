"""Save the pickled pipeline as an MLflow model: ``python save_mlflow.py pipeline.joblib directory``."""

from __future__ import annotations

import sys

import joblib
import mlflow.sklearn
from mlflow.models import infer_signature

# The directory of this file is the first that Python looks for modules in.
sys.path.insert(1, __file__.rpartition("/rivals/")[0])
from model import features

pipeline = joblib.load(sys.argv[1])
frame = features(100)
mlflow.sklearn.save_model(
    pipeline,
    sys.argv[2],
    signature=infer_signature(frame, pipeline.predict_proba(frame)),
    pyfunc_predict_fn="predict_proba",
    serialization_format="cloudpickle",
)
