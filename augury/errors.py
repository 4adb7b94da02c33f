"""The one table of errors that Augury answers with.

Ids below 100 are Seldon Server's and keep their meaning; ours start at 100. Every error is raised as an
:class:`AuguryError` and becomes an HTTP answer in one place, the resolver of the entry point that caught it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

MAX_DETAILS = 100
"""Most offending places that an answer names; a request can have many more."""


class Kind(Enum):
    """What went wrong: Seldon-style id, HTTP status and the sentence a caller reads."""

    CREDENTIAL_NOT_AUTHORIZED = (3, 403, "Consumer not authorized")
    KEY_UNKNOWN = (5, 401, "Consumer key not recognized")
    SECRET_INCORRECT = (6, 401, "Consumer secret not correct")
    TOKEN_UNKNOWN = (7, 401, "Token value not recognized")
    TOKEN_EXPIRED = (8, 401, "Token expired")
    INTERNAL = (13, 500, "A generic error occurred")
    TOKEN_MISSING = (15, 401, "To access the requested resource a valid token must be specified")
    KEY_MISSING = (16, 401, "Please specify your consumer_key")
    SCOPE_MISSING = (20, 403, "The token is not authorized to the requested method")
    INVALID_JSON = (38, 400, "Invalid JSON")

    NOT_AN_OBJECT = (100, 400, "An event must be a JSON object")
    DUPLICATE_KEY = (101, 400, "An object names a key twice")
    NUMBER_OUT_OF_RANGE = (102, 400, "An integer does not fit 64 bits")
    TOO_DEEP = (103, 400, "JSON is nested deeper than 32 levels")
    TOO_MANY_KEYS = (104, 400, "An event has more than 1,000 keys")
    EVENT_TOO_LARGE = (105, 413, "An event is larger than 256 KiB")
    RESERVED_FIELD = (106, 400, "A field name is reserved for the server")
    INVALID_TIMESTAMP = (107, 400, "timestamp must be a number of seconds since 1970")
    BODY_TOO_LARGE = (108, 413, "The request body is too large")
    TOO_MANY_EVENTS = (109, 413, "A request holds more than 5,000 events")
    NO_EVENTS = (110, 400, "The request holds no event")
    INVALID_CALLBACK = (111, 400, "jsonpCallback must be a dotted JavaScript identifier")
    UNSUPPORTED_ENCODING = (112, 415, "Content-Encoding must be identity or gzip")
    INVALID_REQUEST = (113, 400, "The request is malformed")
    EVERY_EVENT_REFUSED = (114, 400, "No event of the request was accepted")

    PIPELINE_UNKNOWN = (120, 404, "The client has no such pipeline")
    NO_DEFAULT_PIPELINE = (121, 404, "The client has no default pipeline; name one in meta.pipeline")
    SCHEMA_MISMATCH = (122, 422, "The data does not fit the pipeline's schema")
    PIPELINE_BROKEN = (123, 503, "The pipeline cannot be loaded")

    TARGET_FAILED = (131, 502, "A service that answers for the pipeline failed")
    TARGET_TIMED_OUT = (132, 504, "A service that answers for the pipeline did not answer in time")

    QUOTA = (140, 429, "The client has sent more events than its quota allows")

    UNAVAILABLE = (130, 503, "A service that this request depends on is failing; try again")

    def __init__(self, error_id: int, status: int, message: str) -> None:
        self.error_id = error_id
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Detail:
    """One offending place in a request.

    Parameters
    ----------
    loc : tuple of str or int
        Path to the value, outermost first, such as ``("data", "age")``.
    msg : str
        What was expected there.
    """

    loc: tuple[str | int, ...]
    msg: str

    def as_json(self) -> dict[str, Any]:
        """Return the detail as it stands in an error body."""
        return {"loc": list(self.loc), "msg": self.msg}


class AuguryError(Exception):
    """An error with a place in the table and, where it helps, the places in the request that caused it.

    Parameters
    ----------
    kind : Kind
        Row of the error table.
    details : sequence of Detail
        Offending places; none by default.
    retry_after_s : int, optional
        Seconds to wait before another try, sent as ``Retry-After``; 1 for every 503 unless given.

    Examples
    --------
    >>> error = AuguryError(Kind.SCHEMA_MISMATCH, [Detail(("data", "f1"), "a number is required")])
    >>> error.status, error.as_json()["details"]
    (422, [{'loc': ['data', 'f1'], 'msg': 'a number is required'}])
    """

    def __init__(self, kind: Kind, details: Sequence[Detail] = (), retry_after_s: int | None = None) -> None:
        super().__init__(kind.message)
        self.kind = kind
        self.details = tuple(details)
        self.retry_after_s = 1 if retry_after_s is None and kind.status == 503 else retry_after_s

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.kind.status

    def as_json(self) -> dict[str, Any]:
        """Return Seldon's error body with our details."""
        return {
            "error_id": self.kind.error_id,
            "error_msg": self.kind.message,
            "http_response": self.kind.status,
            "details": [detail.as_json() for detail in self.details[:MAX_DETAILS]],
        }

    def __str__(self) -> str:
        places = (f"{'.'.join(map(str, detail.loc))}: {detail.msg}" for detail in self.details[:MAX_DETAILS])
        return "; ".join((self.kind.message, *places))
