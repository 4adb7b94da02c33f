"""What each engine must make of single lines and of whole objects: one table for all of them."""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import orjson
from hypothesis import strategies as st

from augury.events import MAX_EVENT_BYTES
from augury.names import ClientName
from augury.split import Owner, Reason

NINE = "2026-11-23T09:30:00.000Z"
TIME = b'"_received_at":"%s"' % NINE.encode()
ACME = Owner(ClientName("acme"), date(2026, 11, 23))


def event(client: str = "acme", at: str = NINE, **fields: object) -> bytes:
    """Return a stored event, as the server writes it."""
    return orjson.dumps({**fields, "client": client, "timestamp": 1, "_event_id": "e-1", "_received_at": at})


def padded(size_bytes: int) -> bytes:
    """Return a stored event of so many bytes."""
    return event(note="x" * (size_bytes - len(event(note=""))))


LINES: dict[str, tuple[bytes, Owner | Reason]] = {
    "as the server writes it": (event(n=1), ACME),
    "just before midnight": (event(at="2026-11-23T23:59:59.999Z"), ACME),
    "of the next day": (event(at="2026-11-24T00:00:00Z"), Owner(ClientName("acme"), date(2026, 11, 24))),
    "of another client": (event("other-2"), Owner(ClientName("other-2"), date(2026, 11, 23))),
    "without an id": (b'{"client":"acme","_received_at":"2026-11-23T00:00:00Z"}', ACME),
    "with spaces": (b' { "client" : "acme" , "_received_at" : "2026-11-23T00:00:00Z" } ', ACME),
    "with a carriage return": (event() + b"\r", ACME),
    "with an escaped name": (b'{"cl\\u0069ent":"acme","_received_at":"2026-11-23T00:00:00Z"}', ACME),
    "with an escaped text": (event(note="\x01\\\"é"), ACME),
    "with the name inside": (event(device={"client": "x", "_received_at": 1}, note='"client"'), ACME),
    "with other names twice": (b'{"a":1,"a":2,"client":"acme","_received_at":"2026-11-23T00:00:00Z"}', ACME),
    "with a number of many digits": (b'{"n":%s,"client":"acme",%s}' % (b"9" * 300, TIME), ACME),
    "deep": (b'{"a":%s%s,"client":"acme",%s}' % (b"[" * 600, b"]" * 600, TIME), ACME),
    "of the greatest length": (padded(MAX_EVENT_BYTES), ACME),
    "of a byte more": (padded(MAX_EVENT_BYTES + 1), Reason.TOO_LONG),
    "of megabytes": (b"x" * 3_000_000, Reason.TOO_LONG),
    "cut off": (event()[:-1], Reason.NOT_JSON),
    "no JSON": (b"not json", Reason.NOT_JSON),
    "no UTF-8": (b'{"a":"\xff"}', Reason.NOT_JSON),
    "two objects": (event() + b" " + event(), Reason.NOT_JSON),
    "NaN": (b'{"n":NaN,"client":"acme","_received_at":"2026-11-23T00:00:00Z"}', Reason.NOT_JSON),
    "an array": (b"[1]", Reason.NOT_AN_OBJECT),
    "a text": (b'"client"', Reason.NOT_AN_OBJECT),
    "null": (b"null", Reason.NOT_AN_OBJECT),
    "without a client": (b'{"_received_at":"2026-11-23T00:00:00Z"}', Reason.NO_CLIENT),
    "with a null client": (b'{"client":null,"_received_at":"2026-11-23T00:00:00Z"}', Reason.NO_CLIENT),
    "with a path for a client": (event("../x"), Reason.INVALID_CLIENT),
    "with an empty client": (event(""), Reason.INVALID_CLIENT),
    "with a number for a client": (b'{"client":7,"_received_at":"2026-11-23T00:00:00Z"}', Reason.INVALID_CLIENT),
    "with a list for a client": (b'{"client":["acme"],"_received_at":"2026-11-23T00:00:00Z"}', Reason.INVALID_CLIENT),
    "with two clients": (b'{"client":"other","client":"acme",%s}' % TIME, Reason.NAMED_TWICE),
    "with one client twice": (b'{"client":"acme","client":"acme",%s}' % TIME, Reason.NAMED_TWICE),
    "with a second client in disguise": (b'{"cl\\u0069ent":"other","client":"acme",%s}' % TIME, Reason.NAMED_TWICE),
    "with two times": (
        b'{"client":"acme","_received_at":"2026-11-22T00:00:00Z","_received_at":"2026-11-23T00:00:00Z"}',
        Reason.NAMED_TWICE),
    "without a time": (b'{"client":"acme"}', Reason.NO_TIME),
    "with a number for a time": (b'{"client":"acme","_received_at":1795426200}', Reason.NO_TIME),
    "with a list for a time": (b'{"client":"acme","_received_at":[]}', Reason.NO_TIME),
    "in a month that is none": (event(at="2026-13-01T00:00:00Z"), Reason.NO_TIME),
    "on a day that is none": (event(at="2026-02-29T00:00:00Z"), Reason.NO_TIME),
    "in an hour that is none": (event(at="2026-11-23T24:00:00Z"), Reason.NO_TIME),
    "in a week": (event(at="2026-W47-1"), Reason.NO_TIME),
    "in another zone": (event(at="2026-11-23T00:00:00+01:00"), Reason.NO_TIME),
    "with digits of another script": (event(at="2026-11-23T0٩:00:00Z"), Reason.NO_TIME),
}  # fmt: skip
"""Lines by what they are, with whose they are or why they are nobody's."""

TIMES = st.sampled_from([NINE, "2026-11-24T00:00:00Z"])
RAW_LINES = st.lists(
    st.sampled_from([line for line, _ in LINES.values() if len(line) < 10_000])
    | st.builds(event, st.sampled_from(["acme", "b", "-"]), TIMES, n=st.integers(0, 9))
    | st.binary(max_size=20).map(lambda line: line.replace(b"\n", b".")),
    max_size=40,
)  # fmt: skip
"""Lines of raw objects, good and bad, and empty ones."""


@st.composite
def gzip_objects(draw: st.DrawFn, lines: list[bytes]) -> bytes:
    """Make an object of lines: gzip members that end anywhere, and perhaps a newline at the end."""
    text = b"\n".join(lines) + draw(st.sampled_from([b"", b"\n"]))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    members = (text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True))
    return b"".join(gzip.compress(member, draw(st.sampled_from([1, 9]))) for member in members)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be made of an object's lines: stored events by owner, and the others with number and reason."""

    lines: dict[Owner, list[bytes]]
    failures: list[tuple[int, bytes, Reason]]


def expected_of(lines: list[bytes]) -> Expected:
    """Return what is to be made of lines, by a slow and plain reading of them."""
    owned: defaultdict[Owner, list[bytes]] = defaultdict(list)
    failures = []
    for number, line in enumerate(lines, start=1):
        if line:
            match plain_owner(line):
                case Reason() as reason:
                    failures.append((number, line, reason))
                case owner:
                    owned[owner].append(line)
    return Expected(dict(owned), failures)


def plain_owner(line: bytes) -> Owner | Reason:
    """Return what the table says of a line that is in it, and what its reader says of any other."""
    from augury.split import owner_of

    return _KNOWN.get(line) or owner_of(line)


_KNOWN = dict(LINES.values())
