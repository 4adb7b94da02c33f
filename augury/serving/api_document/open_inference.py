"""The routes of the Open Inference Protocol, for one client's pipelines.

References
----------
https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from augury.errors import Kind
from augury.openapi.parts import BEARER_REFUSALS, JSON, TEXT, Json, answer, body, errors, reference
from augury.schema import Field
from augury.serving.api_document.answering import AnsweringPipeline
from augury.serving.api_document.catalogue import name_of
from augury.serving.api_document.predictions import REFUSALS, WORD
from augury.serving.open_inference.inputs import DATATYPES, JSON_TEXT
from augury.serving.open_inference.metadata import describe_input

_MODEL = "/v2/models/{name}"
_VERSION = f"{_MODEL}/versions/{{version}}"
_UNREADY = (Kind.PIPELINE_UNKNOWN, Kind.PIPELINE_BROKEN, Kind.UNAVAILABLE)


def operations(pipelines: Sequence[AnsweringPipeline]) -> dict[str, Json]:
    """Return the operations, by the keys of their routes."""
    found: dict[str, Json] = {
        "GET /v2": {"responses": {**answer("The server", "Server"), **errors(*BEARER_REFUSALS, Kind.UNAVAILABLE)}},
        "GET /v2/health/live": {"responses": _flag("live")},
        "GET /v2/health/ready": {"responses": _flag("ready")},
    }
    for path, parameters in ((_MODEL, [name_of(pipelines)]), (_VERSION, [name_of(pipelines), _version(pipelines)])):
        refused = errors(*_UNREADY, *BEARER_REFUSALS)
        found[f"GET {path}"] = {"parameters": parameters, "responses": {**answer("The model", "Model"), **refused}}
        found[f"GET {path}/ready"] = {"parameters": parameters, "responses": {**_flag("ready"), **refused}}
        found[f"POST {path}/infer"] = _infer(pipelines, parameters)
    return found


def _infer(pipelines: Sequence[AnsweringPipeline], parameters: list[Json]) -> Json:
    examples = {pipeline.name: {"inputs": _tensors(pipeline)} for pipeline in pipelines if pipeline.fields}
    answered = answer("The outputs", "Inferred")
    answered["200"]["content"]["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    return {
        "parameters": parameters,
        "requestBody": body(reference("Infer"), examples),
        "responses": {**answered, **errors(*REFUSALS, *BEARER_REFUSALS)},
    }


def _version(pipelines: Sequence[AnsweringPipeline]) -> Json:
    """Return the part of a path that names a version; which pipeline has which is for it to be asked."""
    versions = [str(manifest.version) for pipeline in pipelines for manifest in pipeline.manifests]
    schema: Json = {"type": "string", "minLength": 1} | ({"enum": list(dict.fromkeys(versions))} if versions else {})
    shown = {"example": versions[0]} if versions else {}
    return {"name": "version", "in": "path", "required": True, "schema": schema, **shown}


def _tensors(pipeline: AnsweringPipeline) -> list[Json]:
    row = pipeline.example
    return [_tensor(field, row[field.name]) for field in pipeline.fields]


def _tensor(field: Field, value: Any) -> Json:
    described = describe_input(field)
    tensor = {"name": field.name, "datatype": described["datatype"], "shape": [1, 1]}
    if tensor["datatype"] == "BYTES" and value is not None and not isinstance(value, str):
        return tensor | {"parameters": JSON_TEXT, "data": [orjson.dumps(value).decode()]}
    is_whole = tensor["datatype"] == "INT64"
    return tensor | {"data": [int(value) if is_whole else value]}


def _flag(name: str) -> Json:
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "boolean"}}}
    return {"200": {"description": "It is", "content": {JSON: {"schema": schema}}}}


_SHAPE: Json = {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "integer", "minimum": -1}}
_METADATA: Json = {
    "type": "object",
    "required": ["name", "datatype", "shape"],
    "properties": {"name": TEXT, "datatype": TEXT, "shape": _SHAPE, "parameters": {"type": "object"}},
}
_INPUT: Json = {
    "type": "object",
    "required": ["name", "datatype", "shape", "data"],
    "properties": {
        "name": TEXT,
        "datatype": {"enum": sorted(DATATYPES)},
        "shape": {**_SHAPE, "description": "[n] or [n, 1] for n rows"},
        "data": {"type": "array", "items": {"type": ["number", "boolean", "string", "null"]}},
        "parameters": {"type": "object"},
    },
}
_OUTPUT: Json = {**_METADATA, "properties": {**_METADATA["properties"], "data": {"type": "array"}}}
_WANTED: Json = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"enum": ["predict", "predict_proba"]}, "parameters": {"type": "object"}},
}
SCHEMAS: Json = {
    "Server": {
        "type": "object",
        "required": ["name", "version", "extensions"],
        "properties": {"name": TEXT, "version": TEXT, "extensions": {"type": "array", "items": TEXT}},
    },
    "Model": {
        "type": "object",
        "required": ["name", "versions", "platform", "inputs", "outputs"],
        "properties": {
            "name": TEXT,
            "versions": {"type": "array", "items": TEXT},
            "platform": TEXT,
            "inputs": {"type": "array", "items": _METADATA},
            "outputs": {"type": "array", "items": _METADATA},
        },
    },
    "Infer": {
        "type": "object",
        "required": ["inputs"],
        "properties": {
            "id": WORD,
            "inputs": {"type": "array", "minItems": 1, "items": _INPUT},
            "outputs": {"type": "array", "minItems": 1, "items": _WANTED},
            "parameters": {"type": "object", "properties": {"key": WORD}},
        },
    },
    "Inferred": {
        "type": "object",
        "required": ["model_name", "id", "parameters", "outputs"],
        "properties": {
            "model_name": TEXT,
            "model_version": TEXT,
            "id": TEXT,
            "parameters": {"type": "object", "properties": {"variation": TEXT}},
            "outputs": {"type": "array", "items": _OUTPUT},
        },
    },
}
"""What the operations refer to, by name."""
