"""Bodies that are meant to hurt, and what each is told: the corpus that every way into the collection must stand."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from augury.errors import Kind

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Hostile:
    """A body, and the error it must get; None where it is just within the rules."""

    name: str
    make: Callable[[], bytes]
    kind: Kind | None
    encoding: str = ""

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def _arrays(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def _keys(count: int) -> bytes:
    return json.dumps({f"k{number}": {"": 1} if number % 2 else 1 for number in range(2 * count // 3)}).encode()


def _flat_keys(count: int) -> bytes:
    return json.dumps({f"k{number}": 1 for number in range(count)}).encode()


def _same_key(count: int) -> bytes:
    return b'{"a":1' + b',"a":1' * (count - 1) + b"}"


def _many(events: list[bytes]) -> bytes:
    return b"[" + b",".join(events) + b"]"


def _padded(size_bytes: int) -> bytes:
    return b'{"a":1}' + b" " * (size_bytes - 7)


def _bomb(size_bytes: int) -> bytes:
    deflater = zlib.compressobj(9, wbits=31)
    parts = [deflater.compress(bytes(MIB)) for _ in range(size_bytes // MIB)]
    return b"".join([*parts, deflater.flush()])


def _value(text: str) -> Callable[[], bytes]:
    return lambda: b'{"a":' + text.encode() + b"}"


def _bytes(body: bytes) -> Callable[[], bytes]:
    return lambda: body


NUMBERS = [
    Hostile("NaN", _value("NaN"), Kind.INVALID_JSON),
    Hostile("Infinity", _value("Infinity"), Kind.INVALID_JSON),
    Hostile("minus Infinity", _value("-Infinity"), Kind.INVALID_JSON),
    Hostile("a float beyond all floats", _value("1e999"), Kind.INVALID_JSON),
    Hostile("a float next to nothing", _value("1e-999"), None),
    Hostile("the largest integer", _value(str(2**63 - 1)), None),
    Hostile("one more", _value(str(2**63)), Kind.NUMBER_OUT_OF_RANGE),
    Hostile("the smallest integer", _value(str(-(2**63))), None),
    Hostile("one less", _value(str(-(2**63) - 1)), Kind.NUMBER_OUT_OF_RANGE),
    Hostile("two to the 64", _value(str(2**64)), Kind.NUMBER_OUT_OF_RANGE),
    Hostile("an integer of 300 digits", _value("9" * 300), Kind.NUMBER_OUT_OF_RANGE),
    Hostile("an integer of 5,000 digits", _value("9" * 5_000), Kind.INVALID_JSON),
    Hostile("a fraction of 5,000 digits", _value("0." + "3" * 5_000), None),
    Hostile("hexadecimal", _value("0x10"), Kind.INVALID_JSON),
    Hostile("a leading zero", _value("01"), Kind.INVALID_JSON),
]

TEXTS = [
    Hostile("invalid UTF-8", _bytes(b'{"a":"\xff"}'), Kind.INVALID_JSON),
    Hostile("overlong UTF-8", _bytes(b'{"a":"\xc0\xaf"}'), Kind.INVALID_JSON),
    Hostile("a surrogate in UTF-8", _bytes(b'{"a":"\xed\xa0\x80"}'), Kind.INVALID_JSON),
    Hostile("a lone escaped surrogate", _value('"\\ud800"'), Kind.INVALID_JSON),
    Hostile("a pair of surrogates", _value('"\\ud83d\\ude00"'), None),
    Hostile("a byte order mark", _bytes(b'\xef\xbb\xbf{"a":1}'), Kind.INVALID_JSON),
    Hostile("UTF-16", _bytes('{"a":1}'.encode("utf-16")), Kind.INVALID_JSON),
    Hostile("UTF-16 without a mark", _bytes('{"a":1}'.encode("utf-16-le")), Kind.INVALID_JSON),
    Hostile("UTF-32", _bytes('{"a":1}'.encode("utf-32")), Kind.INVALID_JSON),
    Hostile("an escaped NUL", _value('"\\u0000"'), None),
    Hostile("a raw NUL", _bytes(b'{"a":"\x00"}'), Kind.INVALID_JSON),
    Hostile("a NUL behind", _bytes(b'{"a":1}\x00'), Kind.INVALID_JSON),
    Hostile("a raw line break", _bytes(b'{"a":"\n"}'), Kind.INVALID_JSON),
    Hostile("bidirectional overrides", _value('"\u202e\u2066"'), None),
]

SHAPES = [
    Hostile("nothing", _bytes(b""), Kind.INVALID_JSON),
    Hostile("blanks", _bytes(b" \n\t"), Kind.INVALID_JSON),
    Hostile("a cut object", _bytes(b'{"a":'), Kind.INVALID_JSON),
    Hostile("two objects", _bytes(b"{}{}"), Kind.INVALID_JSON),
    Hostile("a trailing comma", _bytes(b'{"a":1,}'), Kind.INVALID_JSON),
    Hostile("a comment", _bytes(b'{"a":1/*x*/}'), Kind.INVALID_JSON),
    Hostile("single quotes", _bytes(b"{'a':1}"), Kind.INVALID_JSON),
    Hostile("a number", _bytes(b"7"), Kind.NOT_AN_OBJECT),
    Hostile("a text", _bytes(b'"x"'), Kind.NOT_AN_OBJECT),
    Hostile("null", _bytes(b"null"), Kind.NOT_AN_OBJECT),
    Hostile("an array of arrays", _bytes(b"[[{}]]"), Kind.EVERY_EVENT_REFUSED),
    Hostile("an empty array", _bytes(b"[]"), Kind.NO_EVENTS),
    Hostile("a key twice", _bytes(b'{"a":1,"a":1}'), Kind.DUPLICATE_KEY),
    Hostile("client twice", _bytes(b'{"client":"acme","client":"victim"}'), Kind.DUPLICATE_KEY),
    Hostile("client twice, once escaped", _bytes(b'{"client":"a","cli\\u0065nt":"b"}'), Kind.DUPLICATE_KEY),
    Hostile("a key twice, and a colon to make up", _bytes(b'{"a" :1,"a":2,"b":"\\u003a"}'), Kind.DUPLICATE_KEY),
    Hostile("a key twice, far down", _bytes(b'{"a":[{"b":{"c":1,"c":2}}]}'), Kind.DUPLICATE_KEY),
    Hostile("the empty key twice", _bytes(b'{"":1,"":2}'), Kind.DUPLICATE_KEY),
    Hostile("31 levels", lambda: _nested(31), None),
    Hostile("32 levels", lambda: _nested(32), None),
    Hostile("33 levels", lambda: _nested(33), Kind.TOO_DEEP),
    Hostile("32 levels of arrays", lambda: _arrays(32), None),
    Hostile("33 levels of arrays", lambda: _arrays(33), Kind.TOO_DEEP),
    Hostile("500 levels", lambda: _nested(500), Kind.TOO_DEEP),
    Hostile("1,200 levels", lambda: _nested(1_200), Kind.INVALID_JSON),
    Hostile("100,000 levels", lambda: _nested(100_000), Kind.INVALID_JSON),
    Hostile("100,000 open arrays", lambda: b"[" * 100_000, Kind.INVALID_JSON),
    Hostile("999 keys", lambda: _flat_keys(999), None),
    Hostile("1,000 keys", lambda: _flat_keys(1_000), None),
    Hostile("1,001 keys", lambda: _flat_keys(1_001), Kind.TOO_MANY_KEYS),
    Hostile("999 keys, some inside", lambda: _keys(999), None),
    Hostile("1,002 keys, some inside", lambda: _keys(1_002), Kind.TOO_MANY_KEYS),
    Hostile("4,999 events", lambda: _many([b"{}"] * 4_999), None),
    Hostile("5,000 events", lambda: _many([b"{}"] * 5_000), None),
    Hostile("5,001 events", lambda: _many([b"{}"] * 5_001), Kind.TOO_MANY_EVENTS),
    Hostile("a million keys of one name", lambda: gzip.compress(_same_key(1_000_000)), Kind.DUPLICATE_KEY, "gzip"),
    Hostile("400 events of 900 levels", lambda: _many([_nested(900)] * 400), Kind.EVERY_EVENT_REFUSED),
]  # fmt: skip

FIELDS = [
    Hostile("a forged id", _bytes(b'{"_event_id":"x"}'), Kind.RESERVED_FIELD),
    Hostile("a forged time of receipt", _bytes(b'{"_received_at":"2026-11-23T00:00:00Z"}'), Kind.RESERVED_FIELD),
    Hostile("a forged client", _bytes(b'{"client":"../victim"}'), None),
    Hostile("a forged client that is no text", _bytes(b'{"client":{"$gt":""}}'), None),
    Hostile("a prototype", _bytes(b'{"__proto__":{"client":"victim"},"constructor":1}'), None),
    Hostile("a timestamp in words", _bytes(b'{"timestamp":"now"}'), Kind.INVALID_TIMESTAMP),
    Hostile("a timestamp that is true", _bytes(b'{"timestamp":true}'), Kind.INVALID_TIMESTAMP),
    Hostile("no timestamp in words", _bytes(b'{"timestamp":null}'), Kind.INVALID_TIMESTAMP),
    Hostile("a timestamp out of range", _bytes(b'{"timestamp":99999999999999999999}'), Kind.NUMBER_OUT_OF_RANGE),
    Hostile("an event id that is too long", _bytes(b'{"event_id":"' + b"x" * 65 + b'"}'), None),
    Hostile("an event id of control characters", _value('1,"event_id":"0123456789abcdef\\n"'), None),
]

GZIP = [
    Hostile("gzip", lambda: gzip.compress(b"{}"), None, "gzip"),
    Hostile("gzip in capitals", lambda: gzip.compress(b"{}"), None, "GZIP"),
    Hostile("no gzip", _bytes(b"{}"), Kind.INVALID_REQUEST, "gzip"),
    Hostile("nothing as gzip", _bytes(b""), Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip without its end", lambda: gzip.compress(b'{"a":"b"}')[:-4], Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip with one byte", lambda: gzip.compress(b"{}")[:1], Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip with a tail", lambda: gzip.compress(b"{}") + b"{}", Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip twice in a row", lambda: gzip.compress(b"{}") * 2, Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip with a wrong checksum", lambda: gzip.compress(b"{}")[:-8] + bytes(8), Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip inside gzip", lambda: gzip.compress(gzip.compress(b"{}")), Kind.INVALID_JSON, "gzip"),
    Hostile("zlib", lambda: zlib.compress(b"{}"), Kind.INVALID_REQUEST, "gzip"),
    Hostile("gzip that is not said", lambda: gzip.compress(b"{}"), Kind.INVALID_JSON),
    Hostile("brotli", _bytes(b"{}"), Kind.UNSUPPORTED_ENCODING, "br"),
    Hostile("two encodings", lambda: gzip.compress(b"{}"), Kind.UNSUPPORTED_ENCODING, "gzip, gzip"),
    Hostile("a bomb of 200 MiB", lambda: _bomb(200 * MIB), Kind.BODY_TOO_LARGE, "gzip"),
    Hostile("a byte below 16 MiB", lambda: gzip.compress(_padded(16 * MIB - 1)), None, "gzip"),
    Hostile("16 MiB", lambda: gzip.compress(_padded(16 * MIB)), None, "gzip"),
    Hostile("a byte beyond 16 MiB", lambda: gzip.compress(_padded(16 * MIB + 1)), Kind.BODY_TOO_LARGE, "gzip"),
]

SIZES = [
    Hostile("a byte below 4 MiB", lambda: _padded(4 * MIB - 1), None),
    Hostile("4 MiB", lambda: _padded(4 * MIB), None),
    Hostile("a byte beyond 4 MiB", lambda: _padded(4 * MIB + 1), Kind.BODY_TOO_LARGE),
]

CORPUS = [*NUMBERS, *TEXTS, *SHAPES, *FIELDS, *GZIP, *SIZES]
