"""After a training job: what it published is checked, and then answers."""

from __future__ import annotations

from typing import Any

from augury.artifacts import Trust
from augury.aws import KeyService, ObjectStore, Table
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.names import ClientName, PipelineName, Version
from augury.registry import Registry
from augury.training_jobs import register_trained

_settings, _aws = FunctionSettings(), Connection()
_store = ObjectStore(_aws.s3(), _settings.require("bucket"))
_registry = Registry(Table(_aws.dynamodb(), _settings.require("table")))
_trust = Trust.read(
    _settings.trusted_artifact_keys,
    allow_unsigned=_settings.allow_unsigned_artifacts,
    service=KeyService(_aws.kms()),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Register what a plan's job made."""
    registered = register_trained(
        ClientName(event["client"]),
        PipelineName(event["pipeline"]),
        Version(event["version"]),
        store=_store,
        registry=_registry,
        trust=_trust,
        by=event["job"]["TrainingJobName"],
    )
    return {"version": str(registered.version), "revision": registered.revision}
