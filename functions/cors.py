"""CORS on the ``/js`` routes: which pages may call them and read their answers, key by key.

The functions say it themselves. A configuration on the HTTP API would override them, and knows no keys.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from augury.clients import Authenticator, Caller, Presented
from augury.errors import AuguryError, Detail, Kind
from augury.routes import ROUTES, Credential, find

MAX_AGE_S = 600
"""Seconds for which a browser may believe a preflight."""

_ALLOWED_HEADERS = "Content-Type, Content-Encoding, X-Augury-Sent-At"
_ORIGINS = "origins"


def admit_page(app: APIGatewayHttpResolver, caller: Caller) -> None:
    """Check the page that calls against the origins of its key, and remember them for the answer.

    A key without a list is for pages anywhere. This guards a key against use on others' pages by honest browsers;
    whoever is no browser sends what origin they like.

    Raises
    ------
    AuguryError
        ``CREDENTIAL_NOT_AUTHORIZED``: the page's origin is not on the list.
    """
    app.context[_ORIGINS] = caller.origins
    origin = _origin(app)
    if caller.origins is not None and origin is not None and origin not in caller.origins:
        raise AuguryError(Kind.CREDENTIAL_NOT_AUTHORIZED, [Detail(("origin",), "the key is not for this page")])


def cors_headers(app: APIGatewayHttpResolver) -> dict[str, str]:
    """Return the headers that let a page read the answer to the current request.

    An answer to nobody in particular, such as a 401, may be read by every page: there is nothing in it to guard.
    """
    if not app.current_event.path.startswith("/js/"):
        return {}
    exposed = {"Access-Control-Expose-Headers": "Retry-After"}
    origins = app.context.get(_ORIGINS)
    if origins is None:
        return {"Access-Control-Allow-Origin": "*", **exposed}
    origin = app.current_event.headers.get("origin", "")
    return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin, **exposed} if origin in origins else {})


def answer_preflight(
    app: APIGatewayHttpResolver, authenticator: Authenticator, consumer_key: str | None
) -> Response[str]:
    """Answer a browser that asks whether a page may call a ``/js`` route with a key.

    Raises
    ------
    AuguryError
        It may not: there is no such route, no such key, or the key is for other pages.
    """
    path = app.current_event.path
    wanted = find(app.current_event.headers.get("access-control-request-method", ""), path)
    if wanted is None or wanted.credential is not Credential.JS_KEY:
        raise AuguryError(
            Kind.INVALID_REQUEST, [Detail(("Access-Control-Request-Method",), "the path has no such method")]
        )
    admit_page(app, authenticator.authenticate(Presented(consumer_key=consumer_key), wanted))
    methods = [route.method for route in ROUTES if route.path == path and route.credential is Credential.JS_KEY]
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
            "Access-Control-Max-Age": str(MAX_AGE_S),
            **cors_headers(app),
        },
    )


def _origin(app: APIGatewayHttpResolver) -> str | None:
    """Return the origin of the page that calls; a script element sends no ``Origin`` but perhaps a ``Referer``."""
    headers = app.current_event.headers
    if "origin" in headers:
        return headers["origin"]
    referer = urlsplit(headers.get("referer", ""))
    return f"{referer.scheme}://{referer.netloc}" if referer.netloc else None
