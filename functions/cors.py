"""CORS on the ``/js`` routes: which pages may call them and read their answers, key by key.

The functions say it themselves. A configuration on the HTTP API would override them, and knows no keys.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from augury.clients import Authenticator, Caller, Presented
from augury.errors import AuguryError, Detail, Kind
from augury.routes import ROUTES, Credential, find
from functions.exchange import Answer, Request

MAX_AGE_S = 600
"""Seconds for which a browser may believe a preflight."""

_ALLOWED_HEADERS = "Content-Type, Content-Encoding, X-Augury-Sent-At"


def admit_page(request: Request, caller: Caller) -> None:
    """Check the page that calls against the origins of its key, and remember them for the answer.

    A key without a list is for pages anywhere. This guards a key against use on others' pages by honest browsers;
    whoever is no browser sends what origin they like.

    Raises
    ------
    AuguryError
        ``CREDENTIAL_NOT_AUTHORIZED``: the page's origin is not on the list.
    """
    request.origins = caller.origins
    origin = _origin(request)
    if caller.origins is not None and origin is not None and origin not in caller.origins:
        raise AuguryError(Kind.CREDENTIAL_NOT_AUTHORIZED, [Detail(("origin",), "the key is not for this page")])


def cors_headers(request: Request) -> dict[str, str]:
    """Return the headers that let a page read the answer to a request.

    An answer to nobody in particular, such as a 401, may be read by every page: there is nothing in it to guard.
    """
    if not request.is_of_page:
        return {}
    exposed = {"Access-Control-Expose-Headers": "Retry-After"}
    if request.origins is None:
        return {"Access-Control-Allow-Origin": "*", **exposed}
    origin = request.headers.get("origin", "")
    return {"Vary": "Origin"} | (
        {"Access-Control-Allow-Origin": origin, **exposed} if origin in request.origins else {}
    )


def answer_preflight(request: Request, authenticator: Authenticator) -> Answer:
    """Answer a browser that asks whether a page may call a ``/js`` route with a key.

    Raises
    ------
    AuguryError
        It may not: there is no such route, no such key, or the key is for other pages.
    """
    wanted = find(request.headers.get("access-control-request-method", ""), request.path)
    if wanted is None or wanted.credential is not Credential.JS_KEY:
        raise AuguryError(
            Kind.INVALID_REQUEST, [Detail(("Access-Control-Request-Method",), "the path has no such method")]
        )
    presented = Presented(consumer_key=request.parameter("consumer_key"))
    admit_page(request, authenticator.authenticate(presented, wanted))
    methods = [row.method for row in ROUTES if row.path == request.path and row.credential is Credential.JS_KEY]
    headers = {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(MAX_AGE_S),
        **cors_headers(request),
    }
    return Answer(204, content_type=None, headers=headers)


def _origin(request: Request) -> str | None:
    """Return the origin of the page that calls; a script element sends no ``Origin`` but perhaps a ``Referer``."""
    if "origin" in request.headers:
        return request.headers["origin"]
    referer = urlsplit(request.headers.get("referer", ""))
    return f"{referer.scheme}://{referer.netloc}" if referer.netloc else None
