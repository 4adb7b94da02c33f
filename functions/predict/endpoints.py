"""What each route of predictions answers, for Lambda and for the container's server alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from augury import __version__, serving
from augury.clients import Caller
from augury.names import ClientName
from functions.callers import authenticated
from functions.cors import answer_preflight
from functions.exchange import Answer, Request
from functions.predict.open_inference import OpenInferenceEndpoints
from functions.predict.wiring import Predictor
from functions.replies import error_of, error_reply, reply

type Endpoint = Callable[[Request], Answer]


class Endpoints:
    """The routes of one predictor, by their keys in the route table.

    Parameters
    ----------
    predictor : Predictor
        What answers.
    logger : Logger
        Where faults are said.
    """

    def __init__(self, predictor: Predictor, logger: Logger) -> None:
        self._predictor = predictor
        self._logger = logger
        self._endpoints: Mapping[str, Endpoint] = {
            "POST /predict": self._post_predict,
            "GET /js/predict": self._get_js_predict,
            "OPTIONS /js/predict": lambda request: answer_preflight(request, predictor.authenticator),
            "GET /pipelines": lambda request: self._catalogued(request, predictor.catalogue.all),
            "GET /pipelines/{name}": self._get_pipeline,
            "GET /openapi.json": lambda request: self._catalogued(request, predictor.catalogue.document),
            "GET /health": lambda request: reply(request, {"status": "ok", "version": __version__}),
            **OpenInferenceEndpoints(predictor.open_inference, predictor.authenticator).by_key(),
        }

    def answer(self, request: Request) -> Answer:
        """Answer a request for a route of the table; every error has Seldon's shape, and no other gets out."""
        call = self._predictor.metrics.begin(request.route.key)
        try:
            answer = self._endpoints[request.route.key](request)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an answer
            error = error_of(fault, self._logger)
            call.error = error.kind
            answer = error_reply(request, error)
        self._predictor.metrics.end(call)
        return answer

    def _post_predict(self, request: Request) -> Answer:
        caller = self._caller(request)
        return self._predict(request, caller, serving.from_body(request.body))

    def _get_js_predict(self, request: Request) -> Answer:
        _ = request.callback  # one that could do harm is refused first
        caller = self._caller(request)
        return self._predict(request, caller, serving.from_parameters(request.parameters))

    def _predict(self, request: Request, caller: Caller, asked: serving.PredictRequest) -> Answer:
        # No variation is passed on: which one answers is for the routing to say.
        answer = self._predictor.engine.predict(caller.client, asked, deadline=request.deadline)
        return reply(request, answer.as_json())

    def _get_pipeline(self, request: Request) -> Answer:
        name = request.path_parameters["name"]
        return self._catalogued(request, lambda client: self._predictor.catalogue.one(client, name))

    def _catalogued(self, request: Request, read: Callable[[ClientName], dict[str, Any]]) -> Answer:
        return reply(request, read(self._caller(request).client))

    def _caller(self, request: Request) -> Caller:
        return authenticated(request, self._predictor.authenticator)
