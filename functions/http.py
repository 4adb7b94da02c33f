"""HTTP on Lambda: API Gateway's event as a request, and answers as Powertools' router takes them."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from augury.clients import Authenticator, Caller
from augury.errors import AuguryError, Detail, Kind
from augury.routes import Route
from functions import callers, cors, replies
from functions.exchange import BINARY, Answer, Request

_ANSWERING_S = 1.0  # what is kept of a function's time for its answer


class _Event(APIGatewayProxyEventV2):
    """API Gateway's event; without this it makes a mapping of its headers wherever they are looked at."""

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers by their lower-case names."""
        return {name.lower(): value for name, value in (self.get("headers") or {}).items()}

    @property
    def resolved_headers_field(self) -> dict[str, Any]:
        """The headers; of those that Powertools looks at itself none is a list."""
        return self.headers


class _Exchange:
    """The event that a thread answers, and the request that it is."""

    def __init__(self, event: dict[str, Any], context: Any) -> None:
        self.event = _Event(event)
        self.context = context
        self.request = Request(
            method=self.event.http_method,
            path=self.event.path,
            query=self.event.raw_query_string,
            headers=self.event.headers,
            read_body=lambda: _body(self.event),
            deadline=time.monotonic() + _remaining_s(context),
        )


_current: ContextVar[_Exchange] = ContextVar("current")


class Resolver(APIGatewayHttpResolver):
    """Powertools' resolver, with the current request held per thread.

    Powertools keeps it on a class that all resolvers of a process share. On Lambda a process has one request at a
    time; the local platform answers several functions in one process, and must not let them see each other's.
    """

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one event."""
        _current.set(_Exchange(dict(event), context))
        return super().resolve(event, context)

    def _to_proxy_event(self, event: dict[str, Any]) -> APIGatewayProxyEventV2:
        del event
        return self.current_event

    @property
    def current_event(self) -> APIGatewayProxyEventV2:  # type: ignore[override]
        """The event that this thread answers."""
        return _current.get().event

    @property
    def lambda_context(self) -> Any:  # type: ignore[override]
        """The Lambda context of the event that this thread answers."""
        return _current.get().context

    @property
    def incoming(self) -> Request:
        """The request that this thread answers."""
        return _current.get().request


def make_resolver(logger: Logger) -> Resolver:
    """Return a resolver that answers every error in Seldon's shape and lets no other out."""
    app = Resolver()

    def answer_error(error: Exception) -> Response[str]:
        return as_response(replies.error_reply(app.incoming, replies.error_of(error, logger)))

    app.exception_handler(AuguryError)(answer_error)
    app.exception_handler(Exception)(answer_error)
    return app


def as_response(answer: Answer) -> Response[Any]:
    """Return an answer as Powertools takes it; only what is text goes without base64."""
    return Response(
        status_code=answer.status,
        content_type=answer.content_type,
        body=answer.body if answer.content_type == BINARY else answer.body.decode(),
        headers=dict(answer.headers),
    )


def route(app: Resolver) -> Route:
    """Return the row of the route table that the current request is for."""
    return app.incoming.route


def body(app: Resolver) -> bytes:
    """Return the body as the caller sent it, API Gateway's base64 undone."""
    return app.incoming.body


def header(app: Resolver, name: str) -> str | None:
    """Return a header by its lower-case name."""
    return app.incoming.headers.get(name)


def parameters(app: Resolver) -> list[tuple[str, str]]:
    """Return the decoded query parameters in order, repeated ones included."""
    return app.incoming.parameters


def parameter(app: Resolver, name: str) -> str | None:
    """Return a query parameter, or None where it is missing; it must not be there twice."""
    return app.incoming.parameter(name)


def authenticated(app: Resolver, authenticator: Authenticator) -> Caller:
    """Return the client that calls, as :func:`functions.callers.authenticated` does."""
    return callers.authenticated(app.incoming, authenticator)


def answer_preflight(app: Resolver, authenticator: Authenticator) -> Response[str]:
    """Answer a browser, as :func:`functions.cors.answer_preflight` does."""
    return as_response(cors.answer_preflight(app.incoming, authenticator))


def remaining_s(app: Resolver) -> float:
    """Return the seconds that are left for the work, a second less than the function has."""
    return _remaining_s(app.lambda_context)


def request_id(app: Resolver) -> str:
    """Return API Gateway's id of the current request, which its access log has too."""
    return str(app.current_event.raw_event.get("requestContext", {}).get("requestId", ""))


def callback(app: Resolver) -> str | None:
    """Return the checked JSONP callback of a ``/js`` request, or None where it wants plain JSON."""
    return app.incoming.callback


def respond(app: Resolver, content: Any, status: int = 200, **headers: str) -> Response[str]:
    """Return an answer, as :func:`functions.replies.reply` does."""
    return as_response(replies.reply(app.incoming, content, status, **headers))


def _remaining_s(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000 - _ANSWERING_S


def _body(event: APIGatewayProxyEventV2) -> bytes:
    text = event.body or ""
    if not event.is_base64_encoded:
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "the body can't be read")]) from None
