"""The microservice contract, Seldon Server's: ``client`` and ``json`` go in, predictions come back.

Numbers may be strings, as the original's Python wrapper wrote them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from augury.errors import MAX_DETAILS, Detail
from augury.serving.models import MAX_PREDICTIONS
from augury.serving.requests import PredictRequest

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Largest answer of a target that is read."""

_MAX_TEXT = 256


class MalformedAnswer(ValueError):
    """An answer that is not in the contract's form; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What a target answered.

    Parameters
    ----------
    predictions : list of list of dict
        Per row, the predictions, numbers as numbers.
    model_name : str or None
        The model's own name.
    custom : Any
        What it adds for the caller.
    """

    predictions: list[list[dict[str, Any]]]
    model_name: str | None
    custom: Any


def request_json(request: PredictRequest, puid: str) -> str:
    """Return a request as a target gets it.

    Examples
    --------
    >>> request_json(PredictRequest(rows=({"f1": 1},), single=True), "p1")
    '{"meta":{"puid":"p1"},"data":{"f1":1}}'
    """
    meta = {"puid": puid, "pipeline": request.pipeline, "key": request.key}
    data = request.rows[0] if request.single else request.rows
    known = {name: word for name, word in meta.items() if word is not None}
    return orjson.dumps({"meta": known, "data": data}).decode()


def parse_answer(body: bytes, request: PredictRequest) -> ServiceAnswer:
    """Return what a target answered to a request.

    Raises
    ------
    MalformedAnswer
        It is not in the contract's form.
    """
    content = _object(body)
    predictions = content.get("predictions")
    if not isinstance(predictions, list):
        raise MalformedAnswer("predictions must be a list")
    rows = [predictions] if request.single else predictions
    if len(rows) != len(request.rows):
        raise MalformedAnswer(f"predictions must have a list for each of the {len(request.rows)} rows")
    if sum(len(row) if isinstance(row, list) else 1 for row in rows) > MAX_PREDICTIONS:
        raise MalformedAnswer(f"there are more than {MAX_PREDICTIONS} predictions")
    meta = content.get("meta")
    name = meta.get("modelName") if isinstance(meta, dict) else None
    is_name = isinstance(name, str) and 0 < len(name) <= _MAX_TEXT and name.isprintable()
    return ServiceAnswer([_row(row) for row in rows], name if is_name else None, content.get("custom"))


def refusal_details(body: bytes, name: str) -> list[Detail]:
    """Return why a target refused a request's data, in its own words where it has Augury's error body."""
    try:
        details = _object(body)["details"]
        told = [Detail(_place(one["loc"]), str(one["msg"])[:_MAX_TEXT]) for one in details[:MAX_DETAILS]]
    except (MalformedAnswer, LookupError, TypeError):
        told = []
    return told or [Detail(("data",), f"{name} refused it")]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedAnswer("the answer is no JSON") from None
    if not isinstance(content, dict):
        raise MalformedAnswer("the answer must be a JSON object")
    return content


def _row(row: Any) -> list[dict[str, Any]]:
    if not isinstance(row, list) or not row:
        raise MalformedAnswer("each row must have a list of predictions")
    return [_prediction(one) for one in row]


def _prediction(one: Any) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise MalformedAnswer("each prediction must be an object")
    predicted = one.get("predictedClass")
    if predicted is not None and not isinstance(predicted, str):
        raise MalformedAnswer("predictedClass must be text or null")
    confidence = one.get("confidence")
    return {
        "prediction": _number("prediction", one.get("prediction")),
        "predictedClass": predicted,
        "confidence": None if confidence is None else _number("confidence", confidence),
    }


def _number(field: str, value: Any) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise MalformedAnswer(f"{field} must be a finite number")
    return number


def _place(loc: Any) -> tuple[str | int, ...]:
    if not isinstance(loc, list):
        raise TypeError
    return tuple(part if isinstance(part, int) else str(part)[:_MAX_TEXT] for part in loc[:8])
