"""Rotation of the token signing key, called by Secrets Manager."""

from __future__ import annotations

from typing import Any

from augury.aws import SecretStore, Table
from augury.aws.connection import Connection
from augury.clients import rotation_step
from augury.config import FunctionSettings

_aws = Connection()
_settings = FunctionSettings()
_table = Table(_aws.dynamodb(), _settings.require("table"))


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ARG001 - Lambda's signature
    """Carry out the step that Secrets Manager asks for."""
    secret = SecretStore(_aws.secretsmanager(), event["SecretId"])
    rotation_step(event["Step"], secret, _table, event["ClientRequestToken"])
