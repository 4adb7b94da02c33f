"""The microservice contract on Lambda: the payload is ``{"client", "json"}``, and one pipeline answers."""

from __future__ import annotations

from typing import Any

from augury.config import FunctionSettings
from augury.errors import AuguryError
from functions.predict.contract import REFUSALS, answer_to
from functions.predict.microservice import baked

_ask = baked(FunctionSettings())


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer one call. A refusal of the data is an answer too; any other error ends the call."""
    try:
        return answer_to(_ask, event)
    except AuguryError as error:
        if error.status not in REFUSALS:
            raise
        return error.as_json()
