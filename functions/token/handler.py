"""``POST /token``. Of all functions that answer HTTP, only this one may read the private signing key."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from augury.aws import SecretStore, Table
from augury.aws.connection import Connection
from augury.clients import GrantRefused, Pepper, TokenEndpoint
from augury.config import FunctionSettings
from functions.http import body, header, make_resolver, respond

_MAX_FORM_BYTES = 16 * 1024

logger = Logger(service="token")
app = make_resolver(logger)

_settings = FunctionSettings()
_aws = Connection()
_endpoint = TokenEndpoint(
    table=Table(_aws.dynamodb(), _settings.require("table")),
    pepper=Pepper(SecretStore(_aws.secretsmanager(), _settings.require("pepper_secret"))),
    secret=SecretStore(_aws.secretsmanager(), _settings.require("signing_secret")),
    lifetime_s=_settings.token_lifetime_s,
)


@app.post("/token")
def post_token() -> Response[str]:
    """Exchange a key and secret for a bearer token (RFC 6749, section 4.4)."""
    try:
        return respond(app, _endpoint.grant(_form(), header(app, "authorization")))
    except GrantRefused as refusal:
        challenge = {"WWW_Authenticate": 'Basic realm="augury"'} if refusal.status == 401 else {}
        return respond(app, refusal.as_json(), refusal.status, **challenge)


def _form() -> dict[str, str]:
    text = body(app)
    if len(text) > _MAX_FORM_BYTES:
        raise GrantRefused("invalid_request", "The body is too large")
    try:
        pairs = parse_qsl(
            text.decode(), keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=20
        )
    except ValueError:
        raise GrantRefused("invalid_request", "Send a form body (application/x-www-form-urlencoded)") from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise GrantRefused("invalid_request", "A parameter is given twice")
    return dict(pairs)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one API Gateway event."""
    return app.resolve(event, context)
