"""``GET /js/augury.js``: the script that sends a page's events, read once at cold start."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from augury import ingest
from functions.http import Resolver, header

SOURCE = Path(ingest.__file__).with_name("augury.js").read_bytes()
"""The script, as it is served."""

GZIPPED = gzip.compress(SOURCE, mtime=0)
"""The script for callers that take gzip, which API Gateway does not do by itself."""

# Weak, because both forms of the script have it (RFC 9110, section 8.8.3).
ETAG = f'W/"{sha256(SOURCE).hexdigest()[:32]}"'

_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "ETag": ETAG,
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def answer_snippet(app: Resolver) -> Response[bytes]:
    """Return the script, or 304 for a caller that has it already."""
    known = {tag.strip() for tag in (header(app, "if-none-match") or "").split(",")}
    if known & {"*", ETAG, ETAG.removeprefix("W/")}:
        return Response(status_code=304, headers=dict(_HEADERS))
    if _takes_gzip(header(app, "accept-encoding") or ""):
        return _script(GZIPPED, {**_HEADERS, "Content-Encoding": "gzip"})
    return _script(SOURCE, dict(_HEADERS))


def _script(body: bytes, headers: dict[str, str]) -> Response[bytes]:
    return Response(status_code=200, content_type="text/javascript; charset=utf-8", body=body, headers=dict(headers))


def _takes_gzip(accepted: str) -> bool:
    """Say whether an ``Accept-Encoding`` names gzip without refusing it by ``q=0``."""
    choices = [choice.replace(" ", "").lower().partition(";q=") for choice in accepted.split(",")]
    return any(name == "gzip" and (not quality or quality.strip("0.")) for name, _, quality in choices)
