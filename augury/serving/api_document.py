"""One client's predictions as an OpenAPI 3.1 document, made from the schemas of its pipelines.

References
----------
https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from augury.artifacts import Manifest
from augury.errors import Kind
from augury.openapi import BEARER_REFUSALS, BEARER_SCHEME, ERROR_SCHEMA, errors
from augury.schema import Field, FieldType
from augury.serving.requests import MAX_ROWS

type Json = dict[str, Any]

_TYPES: Mapping[FieldType, list[str]] = {
    FieldType.NUMBER: ["number"],
    FieldType.BOOLEAN: ["boolean"],
    FieldType.TEXT: ["string"],
    FieldType.ARRAY: ["array"],
    FieldType.OBJECT: ["object"],
    FieldType.ANY: ["number", "boolean", "string", "array", "object"],
}
_PLACEHOLDERS: Mapping[FieldType, Any] = {
    FieldType.NUMBER: 0,
    FieldType.BOOLEAN: False,
    FieldType.TEXT: "",
    FieldType.ARRAY: [],
    FieldType.OBJECT: {},
    FieldType.ANY: 0,
}
_REFUSALS = (
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
_TEXT: Json = {"type": "string"}
_WORD: Json = {"type": ["string", "null"], "minLength": 1, "maxLength": 128}


@dataclass(frozen=True, slots=True)
class AnsweringPipeline:
    """A pipeline with what its versions that answer say of themselves.

    Parameters
    ----------
    name : str
        The pipeline.
    is_default : bool
        Whether it answers when a request names none.
    manifests : sequence of Manifest
        One per version that answers and can be read; none where only services outside answer.
    """

    name: str
    is_default: bool
    manifests: Sequence[Manifest]

    @property
    def fields(self) -> Sequence[Field]:
        """Every field that some version reads; of a field of several versions, what the first says."""
        found: dict[str, Field] = {}
        for manifest in self.manifests:
            for field in manifest.inputs.fields:
                found.setdefault(field.name, field)
        return tuple(found.values())


def client_document(version: str, pipelines: Iterable[AnsweringPipeline]) -> Json:
    """Return the document of a client's predictions.

    Parameters
    ----------
    version : str
        Version of the service.
    pipelines : iterable of AnsweringPipeline
        The client's.

    Examples
    --------
    >>> client_document("1.0.0", [])["info"]
    {'title': 'Augury: predictions', 'version': '1.0.0'}
    """
    known = list(pipelines)
    schemas: Json = {"Error": ERROR_SCHEMA, "Prediction": _PREDICTION, "Answer": _ANSWER}
    for pipeline in known:
        schemas[f"{pipeline.name}-record"] = _record(pipeline)
        schemas[f"{pipeline.name}-request"] = _request(pipeline)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Augury: predictions", "version": version},
        "security": [{"bearer": []}],
        "paths": {"/predict": {"post": _predict(known)}},
        "components": {"schemas": schemas, "securitySchemes": {"bearer": BEARER_SCHEME}},
    }


def _predict(pipelines: Sequence[AnsweringPipeline]) -> Json:
    requests = [_reference(f"{pipeline.name}-request") for pipeline in pipelines]
    content = {
        "schema": {"oneOf": requests} if requests else {"type": "object"},
        "examples": {pipeline.name: {"value": _example(pipeline)} for pipeline in pipelines},
    }
    answer = {"description": "The predictions", "content": {"application/json": {"schema": _reference("Answer")}}}
    return {
        "operationId": "predict",
        "summary": "Ask for a prediction of one row or several",
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {"200": answer, **errors(*_REFUSALS, *BEARER_REFUSALS)},
    }


def _request(pipeline: AnsweringPipeline) -> Json:
    """Describe a request to one pipeline, which its ``meta.pipeline`` tells from those to others."""
    record = _reference(f"{pipeline.name}-record")
    named: Json = {"puid": _WORD, "key": _WORD, "pipeline": {"const": pipeline.name}}
    meta = {"type": "object", "properties": named, "required": [] if pipeline.is_default else ["pipeline"]}
    rows = {"type": "array", "minItems": 1, "maxItems": MAX_ROWS, "items": record}
    return {
        "type": "object",
        "title": pipeline.name,
        "required": ["data"] if pipeline.is_default else ["meta", "data"],
        "properties": {"meta": meta, "data": {"oneOf": [record, rows]}},
    }


def _record(pipeline: AnsweringPipeline) -> Json:
    """Describe a row; any of the versions may be the one that answers, so that it has to fit them all."""
    versions = [_version(manifest) for manifest in pipeline.manifests]
    match versions:
        case []:
            return {"type": "object", "description": "what its service expects is not known here"}
        case [only]:
            return only
        case _:
            return {"type": "object", "allOf": versions}


def _version(manifest: Manifest) -> Json:
    answers = f"one of {', '.join(manifest.classes)}" if manifest.classes else "a number"
    return {
        "type": "object",
        "title": f"{manifest.pipeline} {manifest.version}",
        "description": f"The answer is {answers}.",
        "required": [field.name for field in manifest.inputs.fields if not field.nullable],
        "properties": {field.name: _property(field) for field in manifest.inputs.fields},
    }


def _property(field: Field) -> Json:
    types = [*_TYPES[field.type], *(["null"] if field.nullable else [])]
    described: Json = {"type": types[0] if len(types) == 1 else types}
    if seen := _seen(field):
        described["description"] = f"in training: {seen}"
    return described | ({"examples": list(field.examples)} if field.examples else {})


def _seen(field: Field) -> str:
    """Say what training saw; it constrains nothing, so that it stands in the description."""
    parts = []
    if field.minimum is not None and field.maximum is not None:
        parts.append(f"{'whole numbers ' if field.integral else ''}from {field.minimum:g} to {field.maximum:g}")
    if field.categories:
        parts.append("one of " + ", ".join(field.categories))
    if field.format:
        parts.append(f"a {field.format} of RFC 3339")
    return "; ".join(parts)


def _example(pipeline: AnsweringPipeline) -> Json:
    data = {field.name: _example_value(field) for field in pipeline.fields}
    return {"meta": {"pipeline": pipeline.name}, "data": data}


def _example_value(field: Field) -> Any:
    present = [value for value in field.examples if value is not None]
    if present:
        return present[0]
    if field.nullable:
        return None
    if field.categories:
        return field.categories[0]
    return _PLACEHOLDERS[field.type] if field.minimum is None else field.minimum


def _reference(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


_PREDICTION: Json = {
    "type": "object",
    "required": ["prediction", "predictedClass", "confidence"],
    "properties": {
        "prediction": {"type": "number", "description": "a class's probability, or a regression's value"},
        "predictedClass": {"type": ["string", "null"], "description": "null for a regression"},
        "confidence": {"type": ["number", "null"], "description": "null for a regression"},
    },
}
_ROW: Json = {"type": "array", "minItems": 1, "items": _reference("Prediction")}
_ANSWER: Json = {
    "type": "object",
    "required": ["meta", "predictions", "custom"],
    "properties": {
        "meta": {
            "type": "object",
            "required": ["puid", "modelName", "variation"],
            "properties": {"puid": _TEXT, "modelName": _TEXT, "variation": _TEXT},
        },
        "predictions": {
            "description": "the classes of the row, the most probable first; of several rows, a list of such lists",
            "oneOf": [_ROW, {"type": "array", "minItems": 1, "items": _ROW}],
        },
        "custom": {"description": "what a service outside adds"},
    },
}
