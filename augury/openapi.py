"""The collection and token routes as an OpenAPI 3.1 document, made from the route table and the error table.

References
----------
https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from augury.errors import Kind
from augury.routes import ROUTES, Credential, Function, Route

type Json = dict[str, Any]

_JSON = "application/json"
_NDJSON = "application/x-ndjson"
_FORM = "application/x-www-form-urlencoded"
_SCRIPT = "application/javascript"

_UNREADABLE = (Kind.INVALID_JSON, Kind.INVALID_REQUEST, Kind.NO_EVENTS, Kind.EVERY_EVENT_REFUSED)
_UNFIT = (
    Kind.NOT_AN_OBJECT,
    Kind.DUPLICATE_KEY,
    Kind.NUMBER_OUT_OF_RANGE,
    Kind.TOO_DEEP,
    Kind.TOO_MANY_KEYS,
    Kind.EVENT_TOO_LARGE,
    Kind.RESERVED_FIELD,
    Kind.INVALID_TIMESTAMP,
    Kind.QUOTA,
)
_BODY = (Kind.BODY_TOO_LARGE, Kind.TOO_MANY_EVENTS, Kind.UNSUPPORTED_ENCODING)
BEARER_REFUSALS = (Kind.TOKEN_MISSING, Kind.TOKEN_UNKNOWN, Kind.TOKEN_EXPIRED, Kind.SCOPE_MISSING)
_JS_KEY = (Kind.KEY_MISSING, Kind.KEY_UNKNOWN, Kind.CREDENTIAL_NOT_AUTHORIZED, Kind.SCOPE_MISSING)
_ANYWHERE = (Kind.UNAVAILABLE,)

_SECURITY: Mapping[Credential, list[Json]] = {
    Credential.NONE: [],
    Credential.BEARER: [{"bearer": []}],
    Credential.JS_KEY: [{"jsKey": []}],
    Credential.KEY_AND_SECRET: [{"keyAndSecret": []}, {}],
}


def document(version: str, routes: Iterable[Route] = ROUTES) -> Json:
    """Return the document of the routes that take events and give tokens.

    Parameters
    ----------
    version : str
        Version of the service.
    routes : iterable of Route
        The route table; those of other functions are left out.

    Examples
    --------
    >>> sorted(document("1.0.0")["paths"])
    ['/events', '/js/augury.js', '/js/event/new', '/token']
    """
    paths: dict[str, Json] = {}
    for route in filter(_is_described, routes):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Augury: events and tokens", "version": version},
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "securitySchemes": _SECURITY_SCHEMES},
    }


def _is_described(route: Route) -> bool:
    """Tell a call of these functions from a browser's own question (CORS)."""
    return route.function in (Function.INGEST, Function.TOKEN) and route.method != "OPTIONS"


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": f"{route.method.lower()}{route.path.replace('/', '_')}",
        "summary": route.summary,
        "security": _SECURITY[route.credential],
        **_OPERATIONS[route.key],
    }
    return operation


def errors(*kinds: Kind) -> Json:
    """Return the responses of some rows of the error table, by status.

    Examples
    --------
    >>> errors(Kind.PIPELINE_UNKNOWN)["404"]["description"]
    '120 The client has no such pipeline'
    """
    by_status = groupby(sorted(kinds, key=lambda kind: (kind.status, kind.error_id)), key=lambda kind: kind.status)
    return {str(status): _error_response(list(rows)) for status, rows in by_status}


def _error_response(kinds: list[Kind]) -> Json:
    reasons = "; ".join(f"{kind.error_id} {kind.message}" for kind in kinds)
    ids = sorted({kind.error_id for kind in kinds})
    schema = {"allOf": [{"$ref": "#/components/schemas/Error"}, {"properties": {"error_id": {"enum": ids}}}]}
    return {"description": reasons, "content": {_JSON: {"schema": schema}, _SCRIPT: {"schema": {"type": "string"}}}}


def _answer(description: str, schema: str, *types: str) -> Json:
    content: Json = {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"200": {"description": description, "content": content | {name: {"schema": _TEXT} for name in types}}}


def _query(name: str, description: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


_TEXT: Json = {"type": "string"}
_EVENT_REFERENCE: Json = {"$ref": "#/components/schemas/Event"}
_EVENTS: Json = {"type": "array", "minItems": 1, "items": _EVENT_REFERENCE}
_SENT_AT = "when the request is sent by the caller's clock: seconds since 1970 or RFC 3339"
_SENT_AT_SCHEMA: Json = {"type": "string", "pattern": r"^[0-9]{1,10}$"}
_SENT_AT_HEADER: Json = {
    "name": "X-Augury-Sent-At",
    "in": "header",
    "description": _SENT_AT,
    "schema": _SENT_AT_SCHEMA,
}
_EVENT_BODY: Json = {
    "required": True,
    "content": {_JSON: {"schema": {"oneOf": [_EVENT_REFERENCE, _EVENTS]}}, _NDJSON: {"schema": _TEXT}},
}
_BEACON_BODY: Json = {"required": True, "content": {"text/plain": {"schema": _TEXT}, **_EVENT_BODY["content"]}}
_TOKEN_BODY: Json = {
    "required": True,
    "content": {_FORM: {"schema": {"$ref": "#/components/schemas/TokenRequest"}}},
}
_CALLBACK = _query("jsonpCallback", "name of a function of the page: the answer is then a script that calls it")

_OPERATIONS: Mapping[str, Json] = {
    "POST /token": {
        "requestBody": {
            "required": True,
            "content": {_FORM: {"schema": {"$ref": "#/components/schemas/TokenRequest"}}},
        },
        "responses": {
            **_answer("A token", "Token"),
            "400": {
                "description": "RFC 6749, section 5.2",
                "content": {_JSON: {"schema": {"$ref": "#/components/schemas/TokenError"}}},
            },
            "401": {
                "description": "invalid_client",
                "content": {_JSON: {"schema": {"$ref": "#/components/schemas/TokenError"}}},
            },
            **errors(*_ANYWHERE),
        },
    },
    "POST /events": {
        "parameters": [_SENT_AT_HEADER],
        "requestBody": _EVENT_BODY,
        "responses": {
            **_answer("Durable", "Accepted"),
            **errors(*_UNREADABLE, *_UNFIT, *_BODY, *BEARER_REFUSALS, *_ANYWHERE),
        },
    },
    "GET /js/event/new": {
        "parameters": [
            _query("json", "the event; without it every further parameter is a field"),
            _query("sent_at", _SENT_AT, **_SENT_AT_SCHEMA),
            _CALLBACK,
        ],
        "responses": {
            **_answer("Durable", "Accepted", _SCRIPT),
            **errors(*_UNREADABLE, *_UNFIT, Kind.INVALID_CALLBACK, *_JS_KEY, *_ANYWHERE),
        },
    },
    "GET /js/augury.js": {
        "parameters": [{"name": "If-None-Match", "in": "header", "description": "the ETag known", "schema": _TEXT}],
        "responses": {
            "200": {"description": "The script", "content": {"text/javascript": {"schema": _TEXT}}},
            "304": {"description": "The caller has it already"},
        },
    },
    "POST /js/event/new": {
        "parameters": [_SENT_AT_HEADER, _query("sent_at", _SENT_AT, **_SENT_AT_SCHEMA), _CALLBACK],
        "requestBody": _BEACON_BODY,
        "responses": {
            **_answer("Durable", "Accepted", _SCRIPT),
            **errors(*_UNREADABLE, *_UNFIT, *_BODY, Kind.INVALID_CALLBACK, *_JS_KEY, *_ANYWHERE),
        },
    },
}

BEARER_SCHEME: Json = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
"""How a bearer token is sent."""

_SECURITY_SCHEMES: Json = {
    "bearer": BEARER_SCHEME,
    "jsKey": {"type": "apiKey", "in": "query", "name": "consumer_key"},
    "keyAndSecret": {"type": "http", "scheme": "basic"},
}

_DETAIL: Json = {
    "type": "object",
    "required": ["loc", "msg"],
    "properties": {"loc": {"type": "array", "items": {"type": ["string", "integer"]}}, "msg": _TEXT},
}

ERROR_SCHEMA: Json = {
    "type": "object",
    "required": ["error_id", "error_msg", "http_response", "details"],
    "properties": {
        "error_id": {"type": "integer"},
        "error_msg": _TEXT,
        "http_response": {"type": "integer"},
        "details": {"type": "array", "items": _DETAIL},
    },
}
"""The body of every error."""

_SCHEMAS: Json = {
    "Event": {
        "type": "object",
        "description": "any JSON object; the server adds client, timestamp, _event_id and _received_at",
        "properties": {
            "timestamp": {"type": "number", "description": "seconds since 1970"},
            "event_id": {"type": "string", "description": "16 to 64 of A-Z a-z 0-9 _ -: the event's id in every retry"},
        },
        "not": {"anyOf": [{"required": ["_event_id"]}, {"required": ["_received_at"]}]},
    },
    "Accepted": {
        "oneOf": [
            {"type": "object", "required": ["json"], "properties": {"json": _TEXT}, "additionalProperties": False},
            {
                "type": "object",
                "required": ["accepted", "rejected"],
                "properties": {
                    "accepted": {"type": "integer", "minimum": 1},
                    "rejected": {"type": "array", "items": {"$ref": "#/components/schemas/Rejection"}},
                },
                "additionalProperties": False,
            },
        ]
    },
    "Rejection": {
        "type": "object",
        "required": ["index", "error_id", "error_msg", "details"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "error_id": {"type": "integer"},
            "error_msg": _TEXT,
            "details": {"type": "array", "items": _DETAIL},
        },
    },
    "Error": ERROR_SCHEMA,
    "TokenRequest": {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": _TEXT,
            "client_id": _TEXT,
            "client_secret": _TEXT,
        },
    },
    "Token": {
        "type": "object",
        "required": ["access_token", "token_type", "expires_in", "scope"],
        "properties": {
            "access_token": _TEXT,
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer"},
            "scope": _TEXT,
        },
    },
    "TokenError": {
        "type": "object",
        "required": ["error"],
        "properties": {"error": _TEXT, "error_description": _TEXT},
    },
}
