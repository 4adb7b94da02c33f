"""What a client has: ``GET /pipelines``, and this document."""

from __future__ import annotations

from collections.abc import Sequence

from augury.errors import Kind
from augury.openapi.parts import BEARER_REFUSALS, JSON, TEXT, Json, answer, errors
from augury.serving.api_document.answering import AnsweringPipeline

_FAILS = (*BEARER_REFUSALS, Kind.UNAVAILABLE)
_SHORT: Json = {"type": "object", "required": ["status", "version"], "properties": {"status": TEXT, "version": TEXT}}


def operations(pipelines: Sequence[AnsweringPipeline]) -> dict[str, Json]:
    """Return the operations, by the keys of their routes."""
    return {
        "GET /pipelines": {"responses": {**answer("The pipelines", "Pipelines"), **errors(*_FAILS)}},
        "GET /pipelines/{name}": {
            "parameters": [name_of(pipelines)],
            "responses": {**answer("The pipeline", "Pipeline"), **errors(Kind.PIPELINE_UNKNOWN, *_FAILS)},
        },
        "GET /openapi.json": {
            "responses": {
                "200": {"description": "This document", "content": {JSON: {"schema": {"type": "object"}}}},
                **errors(*_FAILS),
            }
        },
        "GET /health": {"responses": {"200": {"description": "It lives", "content": {JSON: {"schema": _SHORT}}}}},
    }


def name_of(pipelines: Sequence[AnsweringPipeline]) -> Json:
    """Return the part of a path that names one of the client's pipelines."""
    names = [pipeline.name for pipeline in pipelines]
    known = [pipeline.name for pipeline in pipelines if pipeline.manifests]  # of these there is a version to ask for
    schema: Json = {"type": "string", "minLength": 1} | ({"enum": names} if names else {})
    shown = {"example": (known or names)[0]} if names else {}
    return {"name": "name", "in": "path", "required": True, "schema": schema, **shown}


_VARIATION: Json = {
    "type": "object",
    "required": ["label", "share", "kind", "version"],
    "properties": {
        "label": TEXT,
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "kind": {"enum": ["pipeline", "lambda", "http"]},
        "version": {"type": ["string", "null"], "description": "null where the target is outside this service"},
    },
}
_VERSION: Json = {
    "type": "object",
    "required": ["version", "registered_at", "answers", "kind", "lane", "metrics"],
    "properties": {
        "version": TEXT,
        "registered_at": TEXT,
        "answers": {"type": "boolean"},
        "kind": {"enum": ["classification", "regression"]},
        "lane": TEXT,
        "metrics": {"type": "object"},
        "inputs": {"type": "array", "items": {"type": "object"}, "description": "the fields; where it answers"},
        "classes": {"type": ["array", "null"], "items": TEXT, "description": "null for a regression"},
    },
}
_PIPELINE: Json = {
    "type": "object",
    "required": ["name", "default", "revision", "changed_at", "variations"],
    "properties": {
        "name": TEXT,
        "default": {"type": "boolean", "description": "whether it answers where a request names none"},
        "revision": {"type": "integer"},
        "changed_at": {"type": ["string", "null"]},
        "variations": {"type": "array", "items": _VARIATION},
        "versions": {"type": "array", "items": _VERSION},
    },
}
_PIPELINES: Json = {
    "type": "object",
    "required": ["pipelines"],
    "properties": {"pipelines": {"type": "array", "items": _PIPELINE}},
}
SCHEMAS: Json = {"Pipelines": _PIPELINES, "Pipeline": _PIPELINE}
"""What the operations refer to, by name."""
