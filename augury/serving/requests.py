"""What a caller asks: the rows to predict and the words that choose who answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from augury import events
from augury.errors import AuguryError, Detail, Kind

MAX_ROWS = 1_000
"""Most rows in one request."""

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Largest request body."""

_META_WORDS = ("puid", "pipeline", "key")
_NOT_FEATURES = frozenset({"consumer_key", "consumer_secret", "oauth_token", "client", "jsonpCallback", *_META_WORDS})


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """A checked request.

    Parameters
    ----------
    rows : tuple of mapping
        Features by name, at least one row.
    single : bool
        Whether the caller sent one object rather than a list of rows.
    puid : str, optional
        The caller's id of the prediction.
    pipeline : str, optional
        The pipeline that is asked for; the client's default unless given.
    key : str, optional
        What the caller's variation sticks to; the puid unless given.
    """

    rows: tuple[Mapping[str, Any], ...]
    single: bool
    puid: str | None = None
    pipeline: str | None = None
    key: str | None = None


def from_body(body: bytes) -> PredictRequest:
    """Return the request of a ``POST /predict`` body.

    ``{"meta": {…}, "data": {…}}``, ``data`` as a list of rows, or the features themselves without a ``data`` key.

    Raises
    ------
    AuguryError
        400 where it is malformed, 413 where it is too large.
    """
    if len(body) > MAX_BODY_BYTES:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), "send at most 4 MiB")])
    return from_value(events.parse_json(body), is_large=len(body) > events.MAX_EVENT_BYTES)


def from_parameters(parameters: Sequence[tuple[str, str]]) -> PredictRequest:
    """Return the request of a ``GET /js/predict`` query string.

    ``json`` holds a body as :func:`from_body` takes it; without it, each parameter is a feature. ``puid``,
    ``pipeline`` and ``key`` are taken from parameters first.
    """
    about: dict[str, str] = {}
    for name, text in parameters:
        if name in about:
            raise AuguryError(Kind.INVALID_REQUEST, [Detail((name,), "give each parameter once")])
        if name in (*_META_WORDS, "json"):
            about[name] = text
    words: dict[str, Any] = {name: _word(("query", name), about[name]) for name in _META_WORDS if name in about}
    if "json" in about:
        request = from_body(about["json"].encode("utf-8", "surrogatepass"))
    else:
        request = from_value({"data": events.from_parameters(parameters, _NOT_FEATURES)})
    return replace(request, **words)


def from_value(value: Any, *, is_large: bool = False) -> PredictRequest:
    """Return the request that a parsed body is.

    Parameters
    ----------
    value : Any
        What :func:`augury.events.parse_json` gave, or what another protocol says in the same words.
    is_large : bool
        Whether a row can be larger than an event may be, and has to be measured.

    Raises
    ------
    AuguryError
        400 where it is malformed, 413 where it has too many rows or too large ones.
    """
    if not isinstance(value, dict):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), 'send a JSON object, such as {"data": {…}}')])
    broken = events.violation(value, max_keys=MAX_ROWS * 1_000)
    if broken is not None:
        raise AuguryError(broken)
    meta = {} if value.get("meta") is None else value["meta"]
    if not isinstance(meta, dict):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("meta",), "an object is expected")])
    words = {name: _word(("meta", name), meta[name]) for name in _META_WORDS if meta.get(name) is not None}
    data = value["data"] if "data" in value else {name: inner for name, inner in value.items() if name != "meta"}
    return PredictRequest(rows=_rows(data, is_large=is_large), single=isinstance(data, dict), **words)


def _rows(data: Any, *, is_large: bool) -> tuple[Mapping[str, Any], ...]:
    rows = data if isinstance(data, list) else [data]
    if not rows:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("data",), "there is no row")])
    if len(rows) > MAX_ROWS:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("data",), f"{len(rows)} rows; send at most {MAX_ROWS}")])
    for index, row in enumerate(rows):
        loc = ("data", index) if isinstance(data, list) else ("data",)
        if not isinstance(row, dict):
            raise AuguryError(Kind.INVALID_REQUEST, [Detail(loc, "an object of features is expected")])
        if is_large and len(orjson.dumps(row)) > events.MAX_EVENT_BYTES:
            raise AuguryError(Kind.EVENT_TOO_LARGE, [Detail(loc, "send at most 256 KiB a row")])
    return tuple(rows)


def _word(loc: tuple[str, str], value: Any) -> str:
    if not events.is_puid(value):
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(loc, "a text of 1 to 128 printable characters is expected")])
    return value
