"""Who a request comes from."""

from __future__ import annotations

from augury.clients import Authenticator, Caller, Presented
from augury.routes import Credential
from functions.cors import admit_page
from functions.exchange import Request


def presented(request: Request) -> Presented:
    """Return the credential that a request brought."""
    if request.route.credential is Credential.JS_KEY:
        return Presented(consumer_key=request.parameter("consumer_key"))
    return Presented(authorization=request.headers.get("authorization"))


def authenticated(request: Request, authenticator: Authenticator) -> Caller:
    """Return the client that calls a route; on a ``/js`` route its page must be one for its key.

    Raises
    ------
    AuguryError
        401, 403 or 503, as :meth:`augury.clients.Authenticator.authenticate` says.
    """
    caller = authenticator.authenticate(presented(request), request.route)
    if request.route.credential is Credential.JS_KEY:
        admit_page(request, caller)
    return caller
