"""What every HTTP function shares: reading API Gateway's event, and answering in Augury's shapes."""

from __future__ import annotations

import base64
import binascii
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from augury.clients import Authenticator, Caller, Presented
from augury.errors import AuguryError, Detail, Kind
from augury.jsonp import checked_callback, wrap
from augury.routes import Credential, Route, find
from functions.cors import admit_page, cors_headers

_CALLBACK = "jsonpCallback"
_ANSWERING_S = 1.0  # what is kept of a function's time for its answer


_current: ContextVar[tuple[APIGatewayProxyEventV2, Any]] = ContextVar("current")


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, with the current request held per thread.

    Powertools keeps it on a class that all resolvers of a process share. On Lambda a process has one request at a
    time; the local platform answers several functions in one process, and must not let them see each other's.
    """

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one event."""
        _current.set((APIGatewayProxyEventV2(dict(event)), context))
        return super().resolve(event, context)

    @property
    def current_event(self) -> APIGatewayProxyEventV2:  # type: ignore[override]
        """The event that this thread answers."""
        return _current.get()[0]

    @property
    def lambda_context(self) -> Any:  # type: ignore[override]
        """The Lambda context of the event that this thread answers."""
        return _current.get()[1]


def make_resolver(logger: Logger) -> Resolver:
    """Return a resolver that answers every error in Seldon's shape and lets no other out."""
    app = Resolver()

    def answer_error(error: AuguryError) -> Response[str]:
        if error.status >= 500:
            logger.error("answered with an error of ours", kind=error.kind.name, cause=str(error.__cause__ or ""))
        return error_response(app, error)

    def answer_unexpected(error: Exception) -> Response[str]:
        # The type and place of a fault are logged; its text could hold what the caller sent.
        logger.error("unexpected error", error_type=type(error).__name__, raised_in=_place(error))
        return error_response(app, AuguryError(Kind.INTERNAL))

    app.exception_handler(AuguryError)(answer_error)
    app.exception_handler(Exception)(answer_unexpected)
    return app


def route(app: Resolver) -> Route:
    """Return the row of the route table that the current request is for."""
    found = find(app.current_event.http_method, app.current_event.path)
    if found is None:
        raise LookupError("the request is for no route of the table")
    return found


def body(app: Resolver) -> bytes:
    """Return the body as the caller sent it, API Gateway's base64 undone."""
    text = app.current_event.body or ""
    if not app.current_event.is_base64_encoded:
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "the body can't be read")]) from None


def header(app: Resolver, name: str) -> str | None:
    """Return a header by its lower-case name."""
    return app.current_event.headers.get(name)


def parameters(app: Resolver) -> list[tuple[str, str]]:
    """Return the decoded query parameters in order, repeated ones included."""
    query = app.current_event.raw_query_string
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=2_000)
    except ValueError:
        reason = "the query string is not UTF-8, or has more than 2,000 parameters"
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("query",), reason)]) from None


def parameter(app: Resolver, name: str) -> str | None:
    """Return a query parameter, or None where it is missing.

    Raises
    ------
    AuguryError
        It is given more than once.
    """
    values = [value for key, value in parameters(app) if key == name]
    if len(values) > 1:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail((name,), "give this parameter once")])
    return values[0] if values else None


def presented(app: Resolver) -> Presented:
    """Return the credential that the current request brought."""
    if route(app).credential is Credential.JS_KEY:
        return Presented(consumer_key=parameter(app, "consumer_key"))
    return Presented(authorization=header(app, "authorization"))


def authenticated(app: Resolver, authenticator: Authenticator) -> Caller:
    """Return the client that calls the current route; on a ``/js`` route its page must be one for its key.

    Raises
    ------
    AuguryError
        401, 403 or 503, as :meth:`augury.clients.Authenticator.authenticate` says.
    """
    caller = authenticator.authenticate(presented(app), route(app))
    if route(app).credential is Credential.JS_KEY:
        admit_page(app, caller)
    return caller


def deadline(app: Resolver) -> float:
    """Return the time of the monotonic clock by which an answer must be made, a second before the function ends."""
    return time.monotonic() + remaining_s(app)


def remaining_s(app: Resolver) -> float:
    """Return the seconds that are left for the work, a second less than the function has."""
    return float(app.lambda_context.get_remaining_time_in_millis()) / 1000 - _ANSWERING_S


def request_id(app: Resolver) -> str:
    """Return API Gateway's id of the current request, which its access log has too."""
    return str(app.current_event.raw_event.get("requestContext", {}).get("requestId", ""))


def callback(app: Resolver) -> str | None:
    """Return the checked JSONP callback of a ``/js`` request, or None where it wants plain JSON."""
    if not app.current_event.path.startswith("/js/"):
        return None
    name = parameter(app, _CALLBACK)
    return None if name is None else checked_callback(name)


def respond(app: Resolver, content: Any, status: int = 200, **headers: str) -> Response[str]:
    """Return an answer as JSON, or as JSONP where the page asked for it.

    Parameters
    ----------
    app : Resolver
        Holds the current request.
    content : Any
        What orjson can write.
    status : int
        HTTP status.
    **headers : str
        Further headers, with underscores for hyphens.
    """
    text = orjson.dumps(content).decode()
    function = callback(app)
    return Response(
        status_code=status,
        content_type="application/json" if function is None else "application/javascript",
        body=text if function is None else wrap(function, text),
        headers={
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            **cors_headers(app),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


def error_response(app: Resolver, error: AuguryError) -> Response[str]:
    """Return an error as an answer, in the form that the caller asked for where that form is safe."""
    headers = {} if error.retry_after_s is None else {"Retry_After": str(error.retry_after_s)}
    if error.status == 401:
        headers["WWW_Authenticate"] = "Bearer"
    try:
        return respond(app, _error_body(app, error), error.status, **headers)
    except AuguryError as unsafe_callback:
        app.current_event.raw_event["rawQueryString"] = ""
        return respond(app, unsafe_callback.as_json(), unsafe_callback.status)


def _error_body(app: Resolver, error: AuguryError) -> dict[str, Any]:
    ours = error.as_json()
    # The Open Inference Protocol's clients read "error" alone.
    return {"error": str(error), **ours} if app.current_event.path.startswith("/v2") else ours


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
