"""The thin predict function and the heavy one, as two functions of this process, and a pipeline that needs both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlencode

import pytest

from augury.clients import NewClient
from augury.local.functions import FunctionConfiguration, LocalFunction
from augury.local.payload import HttpRequest, answer_of, event_of
from augury.routes import HEAVY_HANDLER, Function
from tests.artifacts import FLOWER
from tests.e2e.conftest import Answer
from tests.services import Service, answer, service

TREES = """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from augury.pipelines import SKLearnClassifier

def build_pipeline():
    return Pipeline([("trees", SKLearnClassifier("name", clf=HistGradientBoostingClassifier(max_iter=10)))])
"""
"""Histogram-based trees, which have no ONNX form."""


class Pair:
    """The predict function without pandas and the heavy function, with Lambda's Invoke API between them."""

    def __init__(self, thin: LocalFunction, heavy: LocalFunction, lambda_api: Service) -> None:
        self.thin, self.heavy, self.lambda_api = thin, heavy, lambda_api
        lambda_api.answering = self._invoked

    def _invoked(self, handler: BaseHTTPRequestHandler, _: Service) -> None:
        assert handler.path == "/2015-03-31/functions/predict-heavy/invocations?Qualifier=live"
        told = self.heavy.invoke(json.loads(self.lambda_api.asked[-1].content))
        answer(handler, json.dumps(told).encode())

    def ask(self, client: NewClient, **features: Any) -> Answer:
        query = urlencode({"consumer_key": client.js_key, "pipeline": "trees", **features})
        return self._answered(f"GET /js/predict?{query}", "GET /js/predict")

    def infer(self, client: NewClient, token: str) -> Answer:
        inputs = [{"name": name, "shape": [1, 1], "datatype": "FP64", "data": [v]} for name, v in FLOWER.items()]
        headers = [("authorization", f"Bearer {token}"), ("content-type", "application/json")]
        return self._answered(
            "POST /v2/models/trees/infer",
            "POST /v2/models/{name}/infer",
            headers,
            json.dumps({"inputs": inputs}).encode(),
        )

    def _answered(
        self, line: str, route: str, headers: list[tuple[str, str]] | None = None, body: bytes = b""
    ) -> Answer:
        method, target = line.split(" ")
        request = HttpRequest(method, target, "HTTP/1.1", headers or [], body, "127.0.0.1")
        told = answer_of(self.thin.invoke(event_of(request, route, port=80, now=datetime.now(UTC))))
        return Answer(told.status, dict(told.headers), told.body.decode())


@contextmanager
def two_functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Start the two beside the platform that runs."""
    monkeypatch.delenv("AUGURY_PANDAS_LANE")
    monkeypatch.setenv("AUGURY_HEAVY_FUNCTION", "predict-heavy")
    with service() as lambda_api:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{lambda_api.port}")
        with (
            LocalFunction(FunctionConfiguration("thin", Function.PREDICT.handler, timeout_s=3)) as thin,
            LocalFunction(FunctionConfiguration("predict-heavy", HEAVY_HANDLER)) as heavy,
        ):
            yield Pair(thin, heavy, lambda_api)
