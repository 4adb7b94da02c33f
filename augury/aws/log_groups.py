"""Groups of logs in CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from augury.aws.errors import translated

_EXISTS = "ResourceAlreadyExistsException"


def ensure_log_group(client: Any, name: str, *, days: int, tags: Mapping[str, str]) -> None:
    """Make a log group where it is missing, and keep its lines for so many days.

    Raises
    ------
    AwsUnavailable
        CloudWatch Logs did not do it.
    """
    with translated(f"make log group {name}"):
        try:
            client.create_log_group(logGroupName=name, tags=dict(tags))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != _EXISTS:
                raise
        client.put_retention_policy(logGroupName=name, retentionInDays=days)
