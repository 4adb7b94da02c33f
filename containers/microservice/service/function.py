"""The service as a Lambda function: the payload is ``{"client", "json"}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.contract import Refused, answer


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call. What the model did not foresee ends the call with an error, which Augury takes as a failure."""
    try:
        return answer(str(event.get("client", "")), str(event.get("json", "")))
    except Refused as refused:
        return refused.as_json()
