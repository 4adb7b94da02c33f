"""Predictions, a client's pipelines and health on Lambda; pandas is loaded when a model needs it, if ever."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.routes import Function
from functions.exchange import NOT_FOUND
from functions.gateway import request_of, result_of
from functions.predict.endpoints import Endpoints
from functions.predict.wiring import answering, wire

logger = Logger(service="predict")
_settings = FunctionSettings()
_predictor = wire(_settings, Connection(), logger)
_endpoints = Endpoints(_predictor, logger)
_answering = answering(_predictor, _settings, logger)


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event, without what comes after the answer."""
    request = request_of(event, context)
    route = request.known_route
    is_ours = route is not None and route.function is Function.PREDICT
    return result_of(_endpoints.answer(request) if is_ours else NOT_FOUND)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return _answering(context.aws_request_id, lambda: answer(event, context))
