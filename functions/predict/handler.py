"""Predictions, a client's pipelines and health on Lambda; pandas is loaded when a model needs it, if ever."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury.aws.connection import Connection
from augury.config import FunctionSettings
from augury.routes import ROUTES, Function
from functions.http import as_response, make_resolver
from functions.predict.endpoints import Endpoints
from functions.predict.wiring import answering, wire

logger = Logger(service="predict")
app = make_resolver(logger)
_settings = FunctionSettings()
_predictor = wire(_settings, Connection(), logger)
_endpoints = Endpoints(_predictor, logger)


def _answer(**_: str) -> Response[Any]:
    return as_response(_endpoints.answer(app.incoming))


for _row in ROUTES:
    if _row.function is Function.PREDICT:
        app.route(_row.path.replace("{", "<").replace("}", ">"), method=_row.method)(_answer)

_answering = answering(_predictor, _settings, logger)


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event, without what comes after the answer."""
    return app.resolve(event, context)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return _answering(context.aws_request_id, lambda: answer(event, context))
