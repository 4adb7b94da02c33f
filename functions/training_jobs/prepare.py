"""Before a training job: the request is checked, its definition laid where the job finds it, and the job planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from augury.aws import ObjectStore
from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.training_jobs import Stage, plan_job, read_request

_settings = FunctionSettings()
_store = ObjectStore(Connection().s3(), _settings.require("bucket"))
_stage = Stage(
    name=_settings.stage,
    bucket=_settings.require("bucket"),
    signing_key=_settings.require("artifact_signing_key"),
    roles=_settings.require("training_roles"),
    clients=frozenset((_settings.training_clients or "").split()),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Return the plan of a request that the state machine got, of which ``started_at`` says when."""
    plan = plan_job(read_request(event["request"]), _stage, datetime.fromisoformat(event["started_at"]))
    _store.put(plan.definition_key, plan.source, "text/x-python")
    return plan.as_json()
