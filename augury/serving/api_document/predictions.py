"""``POST /predict`` and ``GET /js/predict`` of one client's pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from augury.errors import Kind
from augury.openapi.parts import (
    BEARER_REFUSALS,
    CALLBACK,
    JS_KEY_REFUSALS,
    JSON,
    SCRIPT,
    TEXT,
    Json,
    answer,
    body,
    errors,
    query,
    reference,
)
from augury.serving.api_document.answering import AnsweringPipeline
from augury.serving.requests import MAX_ROWS

REFUSALS = (
    Kind.INVALID_JSON,
    Kind.INVALID_REQUEST,
    Kind.DUPLICATE_KEY,
    Kind.NUMBER_OUT_OF_RANGE,
    Kind.TOO_DEEP,
    Kind.TOO_MANY_KEYS,
    Kind.EVENT_TOO_LARGE,
    Kind.BODY_TOO_LARGE,
    Kind.PIPELINE_UNKNOWN,
    Kind.NO_DEFAULT_PIPELINE,
    Kind.SCHEMA_MISMATCH,
    Kind.PIPELINE_BROKEN,
    Kind.TARGET_FAILED,
    Kind.TARGET_TIMED_OUT,
    Kind.UNAVAILABLE,
)
"""Why a prediction may not be given, whatever it is asked by."""

WORD: Json = {"type": ["string", "null"], "minLength": 1, "maxLength": 128}
"""A puid or a key; 1 to 128 printable characters."""


def operations(pipelines: Sequence[AnsweringPipeline]) -> dict[str, Json]:
    """Return the operations, by the keys of their routes."""
    requests = [reference(_request_name(pipeline)) for pipeline in pipelines]
    schema: Json = {"oneOf": requests} if requests else {"type": "object"}
    examples = {pipeline.name: _example(pipeline) for pipeline in pipelines}
    asked = body(schema, examples)
    return {
        "POST /predict": {
            "requestBody": asked,
            "responses": {**answer("The predictions", "Answer"), **errors(*REFUSALS, *BEARER_REFUSALS)},
        },
        "GET /js/predict": {
            "parameters": [*_parameters(asked), CALLBACK],
            "responses": {
                **answer("The predictions", "Answer", SCRIPT),
                **errors(*REFUSALS, Kind.INVALID_CALLBACK, *JS_KEY_REFUSALS),
            },
        },
    }


def schemas(pipelines: Sequence[AnsweringPipeline]) -> dict[str, Json]:
    """Return what the operations refer to, by name: per pipeline, its record and its request."""
    found = {"Prediction": _PREDICTION, "Answer": _ANSWER}
    for pipeline in pipelines:
        found[_record_name(pipeline)] = pipeline.record
        found[_request_name(pipeline)] = _request(pipeline)
    return found


def _parameters(asked: Json) -> list[Json]:
    """Describe the query string; further parameters are features where there is no ``json``."""
    text = "the body of POST /predict; without it every further parameter is a feature"
    return [
        {"name": "json", "in": "query", "description": text, "content": {JSON: asked["content"][JSON]}},
        query("puid", "your id of this prediction", minLength=1, maxLength=128),
        query("pipeline", "which pipeline; your default one unless given", minLength=1),
        query("key", "what the choice of a variation sticks to; the puid unless given", minLength=1, maxLength=128),
    ]


def _request(pipeline: AnsweringPipeline) -> Json:
    """Describe a request to one pipeline, which its ``meta.pipeline`` tells from those to others."""
    record = reference(_record_name(pipeline))
    named: Json = {"puid": WORD, "key": WORD, "pipeline": {"const": pipeline.name}}
    meta = {"type": "object", "properties": named, "required": [] if pipeline.is_default else ["pipeline"]}
    rows = {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, "items": record}
    return {
        "type": "object",
        "title": pipeline.name,
        "required": ["data"] if pipeline.is_default else ["meta", "data"],
        "properties": {"meta": meta, "data": {"oneOf": [record, rows]}},
    }


def _record_name(pipeline: AnsweringPipeline) -> str:
    return f"{pipeline.name}-record"


def _request_name(pipeline: AnsweringPipeline) -> str:
    return f"{pipeline.name}-request"


def _example(pipeline: AnsweringPipeline) -> dict[str, Any]:
    return {"meta": {"pipeline": pipeline.name}, "data": pipeline.example}


_PREDICTION: Json = {
    "type": "object",
    "required": ["prediction", "predictedClass", "confidence"],
    "properties": {
        "prediction": {"type": "number", "description": "a class's probability, or a regression's value"},
        "predictedClass": {"type": ["string", "null"], "description": "null for a regression"},
        "confidence": {"type": ["number", "null"], "description": "null for a regression"},
    },
}
_ROW: Json = {"type": "array", "minItems": 1, "items": reference("Prediction")}
_ANSWER: Json = {
    "type": "object",
    "required": ["meta", "predictions", "custom"],
    "properties": {
        "meta": {
            "type": "object",
            "required": ["puid", "modelName", "variation"],
            "properties": {"puid": TEXT, "modelName": TEXT, "variation": TEXT},
        },
        "predictions": {
            "description": "the classes of the row, the most probable first; of several rows, a list of such lists",
            "oneOf": [_ROW, {"type": "array", "minItems": 1, "items": _ROW}],
        },
        "custom": {"description": "what a service outside adds"},
    },
}
