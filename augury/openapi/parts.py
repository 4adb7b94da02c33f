"""What every operation of an OpenAPI document is made of: its route, its credential, its refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from augury.errors import Kind
from augury.routes import ROUTES, Credential, Route

type Json = dict[str, Any]

JSON = "application/json"
SCRIPT = "application/javascript"
TEXT: Json = {"type": "string"}

BEARER_REFUSALS = (Kind.TOKEN_MISSING, Kind.TOKEN_UNKNOWN, Kind.TOKEN_EXPIRED, Kind.SCOPE_MISSING)
JS_KEY_REFUSALS = (Kind.KEY_MISSING, Kind.KEY_UNKNOWN, Kind.CREDENTIAL_NOT_AUTHORIZED, Kind.SCOPE_MISSING)

_SECURITY: Mapping[Credential, list[Json]] = {
    Credential.NONE: [],
    Credential.BEARER: [{"bearer": []}],
    Credential.JS_KEY: [{"jsKey": []}],
    Credential.KEY_AND_SECRET: [{"keyAndSecret": []}, {}],
}

SECURITY_SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "jsKey": {"type": "apiKey", "in": "query", "name": "consumer_key"},
    "keyAndSecret": {"type": "http", "scheme": "basic"},
}
"""How each credential is sent."""

DETAIL: Json = {
    "type": "object",
    "required": ["loc", "msg"],
    "properties": {"loc": {"type": "array", "items": {"type": ["string", "integer"]}}, "msg": TEXT},
}

ERROR: Json = {
    "type": "object",
    "required": ["error_id", "error_msg", "http_response", "details"],
    "properties": {
        "error_id": {"type": "integer"},
        "error_msg": TEXT,
        "http_response": {"type": "integer"},
        "details": {"type": "array", "items": DETAIL},
        "error": {"type": "string", "description": "the same in one text; of the paths under /v2 alone"},
    },
}
"""The body of every error."""


def paths(operations: Mapping[str, Json], routes: Iterable[Route] = ROUTES) -> Json:
    """Return the path items of operations, in the order of the route table.

    Parameters
    ----------
    operations : mapping of str to dict
        Parameters, bodies and answers, by the keys of routes; summary and credential are the table's.
    routes : iterable of Route
        The route table.

    Examples
    --------
    >>> paths({"GET /health": {"responses": {}}})["/health"]["get"]["operationId"]
    'get_health'
    """
    found: dict[str, Json] = {}
    for route in routes:
        if route.key in operations:
            found.setdefault(route.path, {})[route.method.lower()] = _operation(route, operations[route.key])
    return found


def _operation(route: Route, content: Json) -> Json:
    name = route.path.translate(str.maketrans("/.", "__", "{}"))
    head = {"operationId": f"{route.method.lower()}{name}", "summary": route.summary}
    return {**head, "security": _SECURITY[route.credential], **content}


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
    schema = {"allOf": [reference("Error"), {"properties": {"error_id": {"enum": ids}}}]}
    return {"description": reasons, "content": {JSON: {"schema": schema}, SCRIPT: {"schema": TEXT}}}


def answer(description: str, schema: str, *types: str) -> Json:
    """Return the response of 200: JSON of a schema, or text of other types."""
    content: Json = {JSON: {"schema": reference(schema)}} | {name: {"schema": TEXT} for name in types}
    return {"200": {"description": description, "content": content}}


def body(schema: Json, examples: Mapping[str, Any]) -> Json:
    """Return a JSON body that is required, with examples by their names."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"required": True, "content": {JSON: {"schema": schema} | ({"examples": named} if named else {})}}


def query(name: str, description: str, *, example: str | None = None, **schema: Any) -> Json:
    """Return a parameter of the query string, which may be left out."""
    shown = {} if example is None else {"example": example}
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}, **shown}


def reference(schema: str) -> Json:
    """Return a reference to a schema of the document.

    Examples
    --------
    >>> reference("Error")
    {'$ref': '#/components/schemas/Error'}
    """
    return {"$ref": f"#/components/schemas/{schema}"}


CALLBACK = query("jsonpCallback", "name of a function of the page: the answer is then a script that calls it")
