"""The heavy function: scores rows for the predict function, with every lane; it has no HTTP route.

pandas and scikit-learn are loaded at the start of the process, so that a snapshot of it (SnapStart) holds them.
"""

from __future__ import annotations

from typing import Any

from augury.artifacts import Trust
from augury.aws import KeyService, ObjectStore
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.serving import ModelCache, answer_score
from functions.predict.heavy import HEAVY_LANES, load_libraries

load_libraries()

_settings, _aws = FunctionSettings(), Connection()
_models = ModelCache(
    ObjectStore(_aws.s3(), _settings.require("bucket")),
    _settings.model_cache_dir,
    _settings.model_cache_bytes,
    Trust.read(
        _settings.trusted_artifact_keys,
        allow_unsigned=_settings.allow_unsigned_artifacts,
        service=KeyService(_aws.kms()),
    ),
    lanes=HEAVY_LANES,
    disk_limit_bytes=_settings.model_cache_disk_bytes,
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one call of the predict function."""
    return answer_score(event, _models)
