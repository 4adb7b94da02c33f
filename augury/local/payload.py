"""API Gateway's payload format 2.0: an HTTP request as a Lambda event, and the function's answer as HTTP.

The format is that of "Create AWS Lambda proxy integrations for HTTP APIs"
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

API_ID = "local"
"""Id of the one HTTP API of this machine."""

_TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}
_DEFAULT_CONTENT_TYPE = "text/plain; charset=utf-8"


class MalformedAnswer(ValueError):
    """A function's answer that API Gateway can make no response of."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came over the wire.

    Parameters
    ----------
    method, target, protocol : str
        The request line.
    headers : sequence of pairs
        Names and values in their order, repeated names included.
    body : bytes
        The body, transfer encoding removed.
    source_ip : str
        Address of the caller.
    """

    method: str
    target: str
    protocol: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str

    @property
    def path(self) -> str:
        """The path as it was sent, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as it was sent."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One response: status, headers in their order, body."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes

    @classmethod
    def message(cls, status: int, text: str) -> HttpAnswer:
        """Return an answer of API Gateway's own, such as ``{"message":"Not Found"}``."""
        body = json.dumps({"message": text}, separators=(",", ":")).encode()
        return cls(status, [("content-type", "application/json")], body)


def event_of(
    request: HttpRequest,
    route_key: str,
    *,
    port: int,
    now: datetime,
    path_parameters: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the event that a Lambda function gets for a request.

    Fields without content (``cookies``, ``pathParameters``, ``queryStringParameters``, ``body``) are left out, as API
    Gateway does.

    Parameters
    ----------
    request : HttpRequest
        The request.
    route_key : str
        Key of the route that matched, such as ``POST /events``.
    port : int
        Port that it came in by, for ``x-forwarded-port``.
    now : datetime
        When it came in, with its zone.
    path_parameters : mapping, optional
        What the path has in the places that the route names.
    """
    headers = _headers(request, port)
    cookies = _cookies(request)
    parameters = _joined(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _request_context(request, headers, route_key, now),
        "isBase64Encoded": False,
    }
    if path_parameters:
        event["pathParameters"] = path_parameters
    if cookies:
        event["cookies"] = cookies
    if parameters:
        event["queryStringParameters"] = parameters
    if request.body:
        event["body"], event["isBase64Encoded"] = encode_body(request.body, headers.get("content-type", ""))
    return event


def encode_body(body: bytes, content_type: str) -> tuple[str, bool]:
    """Return a body as text, and whether it is base64.

    AWS documents that binary bodies are encoded, not which they are. Measured on it
    (https://github.com/ministackorg/ministack/pull/766): all but ``text/*``, ``application/json``,
    ``application/xml`` and ``application/javascript`` are, form bodies and those without a type included. A body of
    those types that is no UTF-8, such as gzip, is encoded here too, since text could not carry it.

    Examples
    --------
    >>> encode_body(b"{}", "application/json; charset=utf-8")
    ('{}', False)
    >>> encode_body(b"a=1", "application/x-www-form-urlencoded")
    ('YT0x', True)
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def answer_of(result: Any) -> HttpAnswer:
    """Return the HTTP response that API Gateway makes of a function's answer.

    What is no object with a ``statusCode`` is taken whole as the body of a 200 in JSON ("Lambda function response for
    format 2.0").

    Raises
    ------
    MalformedAnswer
        The status is no number, the body no text, or base64 that is none.

    Examples
    --------
    >>> answer_of({"hello": "world"}).body
    b'{"hello":"world"}'
    >>> answer_of({"statusCode": 204}).status
    204
    """
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return HttpAnswer(200, [("content-type", "application/json")], _inferred_body(result))
    headers = [(name.lower(), _header_value(value)) for name, value in (result.get("headers") or {}).items()]
    if all(name != "content-type" for name, _ in headers):
        headers.append(("content-type", _DEFAULT_CONTENT_TYPE))
    headers += [("set-cookie", _header_value(cookie)) for cookie in result.get("cookies") or []]
    return HttpAnswer(_status(result["statusCode"]), headers, _body(result))


def _headers(request: HttpRequest, port: int) -> dict[str, str]:
    headers = _joined((name.lower(), value) for name, value in request.headers if name.lower() != "cookie")
    forwarded = headers.get("x-forwarded-for")
    return headers | {
        "x-amzn-trace-id": headers.get("x-amzn-trace-id", f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}"),
        "x-forwarded-for": f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip,
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "http",
    }


def _cookies(request: HttpRequest) -> list[str]:
    sent = ";".join(value for name, value in request.headers if name.lower() == "cookie")
    return [cookie.strip() for cookie in sent.split(";") if cookie.strip()]


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _request_context(request: HttpRequest, headers: Mapping[str, str], route_key: str, now: datetime) -> dict[str, Any]:
    domain = headers.get("host", "")
    return {
        "accountId": "123456789012",
        "apiId": API_ID,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": uuid.uuid4().hex[:15] + "=",
        "routeKey": route_key,
        "stage": "$default",
        "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }


def _inferred_body(result: Any) -> bytes:
    if isinstance(result, str):
        return result.encode("utf-8", "replace")
    return json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _status(status: Any) -> int:
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise MalformedAnswer(f"statusCode {status!r}")
    return status


def _header_value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if any(character in "\r\n\0" or character > "\xff" for character in text):
        raise MalformedAnswer("a header value that HTTP cannot carry")
    return text


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedAnswer("a body that is no text")
    if not result.get("isBase64Encoded"):
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedAnswer("a body that is no base64") from error
