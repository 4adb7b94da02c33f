"""From the bytes of a request to the values that may be events."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from augury.errors import AuguryError, Detail, Kind
from augury.events import element_texts, from_parameters, parse_each, parse_json, value_or_error

MAX_WIRE_BYTES = 4 * 1024 * 1024
"""Largest body as it comes over the wire; base64 and Lambda's 6 MB payload leave no more."""

MAX_INFLATED_BYTES = 16 * 1024 * 1024
"""Largest body after its Content-Encoding is undone."""

MAX_EVENTS = 5_000
"""Most events in one request."""

NOT_FIELDS = frozenset({"consumer_key", "consumer_secret", "oauth_token", "client", "puid", "jsonpCallback", "sent_at"})
"""Parameters of ``/js/event/new`` that are about the call: Seldon Server's list, and ``sent_at``."""

_NOT_BLANK = re.compile(rb"\S[^\n]*")
_GZIP = 31  # zlib's window size that means a gzip header and trailer, and nothing else


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request holds.

    Parameters
    ----------
    values : sequence
        What may be an event, in the caller's order; where a line can't be read, the error that says why.
    single : bool
        Whether the body was one object, which is answered in Seldon's way.
    array : bytes
        How all of them were sent, where that is one JSON array.
    texts : sequence of bytes
        How each was sent, where that is at hand.
    """

    values: Sequence[Any]
    single: bool
    array: bytes = b""
    texts: Sequence[bytes] = ()

    def texts_of(self, places: Sequence[int]) -> list[bytes]:
        """Return how some of the values were sent, byte for byte; the places must be in order."""
        texts = self.texts or element_texts(self.array, places[-1] + 1)
        return [texts[place] for place in places]


def decode_body(body: bytes, content_type: str = "", content_encoding: str = "") -> Batch:
    """Return the values of a ``POST /events`` body.

    Parameters
    ----------
    body : bytes
        The body as sent.
    content_type : str
        ``application/x-ndjson`` has one value a line; anything else is read as one JSON text.
    content_encoding : str
        Empty, ``identity`` or ``gzip``.

    Raises
    ------
    AuguryError
        The request as a whole can't be read: too large, not JSON, nothing in it.
    """
    if len(body) > MAX_WIRE_BYTES:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), "send at most 4 MiB, compressed or not")])
    plain = _decompressed(body, content_encoding.strip().lower())
    if content_type.partition(";")[0].strip().lower() == "application/x-ndjson":
        return _ndjson(plain)
    value, texts = parse_each(plain, max_items=MAX_EVENTS)
    if isinstance(value, list):
        if not value:
            raise AuguryError(Kind.NO_EVENTS)
        return Batch(value, single=False, array=plain, texts=texts)
    return Batch([value], single=True, texts=[plain])


def decode_parameters(parameters: Sequence[tuple[str, str]]) -> Batch:
    """Return the one event of a ``GET /js/event/new`` request.

    Parameters
    ----------
    parameters : sequence of (str, str)
        Decoded query parameters, in order. ``json`` holds the whole event; without it each parameter is a field.

    Raises
    ------
    AuguryError
        ``json`` is no JSON, a field is given twice, or there is none.
    """
    texts = [text for name, text in parameters if name == "json"]
    if len(texts) > 1:
        raise AuguryError(Kind.DUPLICATE_KEY, [Detail(("json",), "give each parameter once")])
    if texts:
        text = texts[0].encode("utf-8", "surrogatepass")
        return Batch([parse_json(text)], single=True, texts=[text])
    fields = from_parameters(parameters, NOT_FIELDS)
    if not fields:
        raise AuguryError(Kind.NO_EVENTS, [Detail(("json",), "send json=, or one parameter per field")])
    return Batch([fields], single=True, texts=[orjson.dumps(fields)])


def _ndjson(plain: bytes) -> Batch:
    lines = _lines(plain)
    if not lines:
        raise AuguryError(Kind.NO_EVENTS)
    return Batch(list(map(value_or_error, lines)), single=False, texts=lines)


def _lines(text: bytes) -> list[bytes]:
    """Return the lines that are not blank; they are counted before any is read, because millions fit in a body."""
    lines = [match[0] for match in islice(_NOT_BLANK.finditer(text), MAX_EVENTS + 1)]
    if len(lines) > MAX_EVENTS:
        raise AuguryError(Kind.TOO_MANY_EVENTS, [Detail(("body",), f"more than {MAX_EVENTS} lines; send fewer")])
    return lines


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise AuguryError(Kind.UNSUPPORTED_ENCODING)
    inflater = zlib.decompressobj(_GZIP)
    try:
        plain = inflater.decompress(body, MAX_INFLATED_BYTES + 1)
    except zlib.error:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "the body is not gzip")]) from None
    if len(plain) > MAX_INFLATED_BYTES:
        raise AuguryError(Kind.BODY_TOO_LARGE, [Detail(("body",), "send at most 16 MiB before compression")])
    if not inflater.eof or inflater.unused_data:
        raise AuguryError(Kind.INVALID_REQUEST, [Detail(("body",), "the gzip body is cut short or has a tail")])
    return plain
