"""The microservice contract: ``client`` and ``json`` go in, predictions or an error come out."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model import predict

MODEL_NAME = "model"
"""What answers call the model, in ``meta.modelName``."""


@dataclass(frozen=True)
class Refused(Exception):
    """A request that cannot be answered, as the caller is told."""

    error_id: int
    status: int
    message: str
    details: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer. It begins with ``error_id``, by which Augury knows a refusal."""
        body = {"error_id": self.error_id, "error_msg": self.message, "http_response": self.status}
        return body | ({"details": list(self.details)} if self.details else {})


def answer(client: str, text: str) -> dict[str, Any]:
    """Return the answer to a request.

    Parameters
    ----------
    client : str
        Whose call it is.
    text : str
        The request as JSON: ``{"meta": …, "data": …}``, where ``data`` is one row of features or a list of them, or
        the features alone.

    Raises
    ------
    Refused
        It is no JSON, or the model does not take the features.
    """
    data = _data(text)
    rows = data if isinstance(data, list) else [data]
    predictions = [
        _row(client, features, [index] if isinstance(data, list) else []) for index, features in enumerate(rows)
    ]
    return {
        "meta": {"modelName": MODEL_NAME},
        "predictions": predictions if isinstance(data, list) else predictions[0],
    }


def _data(text: str) -> Any:
    try:
        request = json.loads(text, parse_constant=_no_number)
    except ValueError:
        raise Refused(38, 400, "Invalid JSON") from None
    if not isinstance(request, dict):
        raise Refused(113, 400, "The request must be a JSON object")
    return request.get("data", request)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _row(client: str, features: Any, place: list[int]) -> list[dict[str, Any]]:
    if not isinstance(features, dict):
        raise _does_not_fit(place, "must be an object of features")
    try:
        scores = predict(client, features)
    except ValueError as error:
        raise _does_not_fit(place, str(error)) from None
    if isinstance(scores, Mapping):
        ranked = sorted(scores.items(), key=lambda one: -one[1])
        return [{"prediction": _finite(p), "predictedClass": name, "confidence": _finite(p)} for name, p in ranked]
    return [{"prediction": _finite(scores), "predictedClass": None, "confidence": None}]


def _does_not_fit(place: list[int], why: str) -> Refused:
    detail = {"loc": ["data", *place], "msg": why}
    return Refused(122, 422, "The data does not fit the pipeline's schema", (detail,))


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ArithmeticError(f"the model answered {number}")
    return float(number)
