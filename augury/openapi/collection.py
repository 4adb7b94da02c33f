"""The routes of events, tokens and feedback as an OpenAPI 3.1 document, made from the route table and the error table.

References
----------
https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from augury.errors import Kind
from augury.openapi.parts import (
    BEARER_REFUSALS,
    CALLBACK,
    JS_KEY_REFUSALS,
    JSON,
    SCRIPT,
    SECURITY_SCHEMES,
    TEXT,
    Json,
    answer,
    body,
    errors,
    paths,
    query,
    reference,
)
from augury.openapi.schemas import SCHEMAS
from augury.routes import ROUTES, Route

_NDJSON = "application/x-ndjson"
_FORM = "application/x-www-form-urlencoded"

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
_FEEDBACK_REFUSALS = (
    Kind.INVALID_JSON,
    Kind.INVALID_REQUEST,
    Kind.DUPLICATE_KEY,
    Kind.NUMBER_OUT_OF_RANGE,
    Kind.TOO_DEEP,
    Kind.BODY_TOO_LARGE,
)
_ANYWHERE = (Kind.UNAVAILABLE,)


def document(version: str, routes: Iterable[Route] = ROUTES) -> Json:
    """Return the document of the routes that are the same for every client.

    Parameters
    ----------
    version : str
        Version of the service.
    routes : iterable of Route
        The route table; those of predictions are left out.

    Examples
    --------
    >>> sorted(document("1.0.0")["paths"])
    ['/events', '/feedback', '/js/augury.js', '/js/event/new', '/token']
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "Augury", "version": version},
        "paths": paths(_OPERATIONS, routes),
        "components": {"schemas": SCHEMAS, "securitySchemes": SECURITY_SCHEMES},
    }


_SENT_AT = "when the request is sent by the caller's clock: seconds since 1970 or RFC 3339"
_SENT_AT_SCHEMA: Json = {"type": "string", "pattern": r"^[0-9]{1,10}$"}
_SENT_AT_HEADER: Json = {
    "name": "X-Augury-Sent-At",
    "in": "header",
    "description": _SENT_AT,
    "schema": _SENT_AT_SCHEMA,
}
_EVENT: Json = {"page": "/basket", "items": 3}
_EVENTS: Json = {"type": "array", "minItems": 1, "items": reference("Event")}
_EVENT_BODY = body({"oneOf": [reference("Event"), _EVENTS]}, {"one": _EVENT, "several": [_EVENT, {"page": "/"}]})
_EVENT_BODY["content"][_NDJSON] = {"schema": TEXT}
_BEACON_BODY: Json = {"required": True, "content": {"text/plain": {"schema": TEXT}, **_EVENT_BODY["content"]}}
_TOKEN_FORM: Json = {"schema": reference("TokenRequest"), "example": {"grant_type": "client_credentials"}}
_TOKEN_REFUSED: Json = {JSON: {"schema": reference("TokenError")}}
_FEEDBACK: Json = {"puid": "order-17", "reward": 1, "truth": "Iris-virginica"}

_OPERATIONS: Mapping[str, Json] = {
    "POST /token": {
        "requestBody": {"required": True, "content": {_FORM: _TOKEN_FORM}},
        "responses": {
            **answer("A token", "Token"),
            "400": {"description": "RFC 6749, section 5.2", "content": _TOKEN_REFUSED},
            "401": {"description": "invalid_client", "content": _TOKEN_REFUSED},
            **errors(*_ANYWHERE),
        },
    },
    "POST /events": {
        "parameters": [_SENT_AT_HEADER],
        "requestBody": _EVENT_BODY,
        "responses": {
            **answer("Durable", "Accepted"),
            **errors(*_UNREADABLE, *_UNFIT, *_BODY, *BEARER_REFUSALS, *_ANYWHERE),
        },
    },
    "GET /js/event/new": {
        "parameters": [
            query("json", "the event; without it every further parameter is a field", example='{"page":"/basket"}'),
            query("sent_at", _SENT_AT, **_SENT_AT_SCHEMA),
            CALLBACK,
        ],
        "responses": {
            **answer("Durable", "Accepted", SCRIPT),
            **errors(*_UNREADABLE, *_UNFIT, Kind.INVALID_CALLBACK, *JS_KEY_REFUSALS, *_ANYWHERE),
        },
    },
    "GET /js/augury.js": {
        "parameters": [{"name": "If-None-Match", "in": "header", "description": "the ETag known", "schema": TEXT}],
        "responses": {
            "200": {"description": "The script", "content": {"text/javascript": {"schema": TEXT}}},
            "304": {"description": "The caller has it already"},
        },
    },
    "POST /js/event/new": {
        "parameters": [_SENT_AT_HEADER, query("sent_at", _SENT_AT, **_SENT_AT_SCHEMA), CALLBACK],
        "requestBody": _BEACON_BODY,
        "responses": {
            **answer("Durable", "Accepted", SCRIPT),
            **errors(*_UNREADABLE, *_UNFIT, *_BODY, Kind.INVALID_CALLBACK, *JS_KEY_REFUSALS, *_ANYWHERE),
        },
    },
    "POST /feedback": {
        "requestBody": body(reference("Feedback"), {"both": _FEEDBACK}),
        "responses": {**answer("Durable", "FeedbackKept"), **errors(*_FEEDBACK_REFUSALS, *BEARER_REFUSALS, *_ANYWHERE)},
    },
}
