"""What clients send: events of every form and size, retried, repeated, conflicting, spoofed and hostile."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any
from urllib.parse import quote

import orjson

from tests.soak.clock import SteppedClock
from tests.soak.deployment import Caller

_SERVER_FIELDS = frozenset({"client", "client_timestamp", "_event_id", "_received_at"})
_REMEMBERED = 200
_WORDS = ("view", "click", "Überraschung", "购买", "naïve café", "line\nbreak", 'quote"d', "007", "null", "nan")

BAD_VALUES: tuple[Any, ...] = (
    7, "text", None, [1], {"_event_id": "mine"}, {"_received_at": "now"}, {"timestamp": "late"}, {"timestamp": True},
    {"a": "x" * 270_000},
)  # fmt: skip
"""Values that are JSON and no event."""

BAD_LINES: tuple[bytes, ...] = (
    b"{", b'{"a":1,"a":2}', b'{"client":"x","client":"y"}', b'{"a":NaN}', b'{"a":-Infinity}', b"\xff\xfe{}",
    b'{"a":"\\ud800"}', b'{"a":9223372036854775808}', b'{"a":' + b"9" * 5_000 + b"}", b"[" * 50_000, b'{"a":1}\x00',
    b'{"a":' * 40 + b"1" + b"}" * 40,
)  # fmt: skip
"""Lines that are no JSON, or none that is taken."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; sending it again sends the same bytes.

    Parameters
    ----------
    caller : Caller
        Who sends it.
    digests : tuple of int or None
        Of every entry in order, the digest of its content; None for one that must be refused.
    single : bool
        Whether it is answered as one event.
    """

    caller: Caller
    digests: tuple[int | None, ...]
    single: bool
    method: str
    target: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def digest_content(event: dict[str, Any]) -> int:
    """Return 64 bits that stand for what the caller said, computed of what they sent or of what is stored.

    ``stamped`` says that ``timestamp`` is the caller's: nothing else in a stored event does.
    """
    content = {
        name: value
        for name, value in event.items()
        if name not in _SERVER_FIELDS and (name != "timestamp" or "stamped" in event)
    }
    if "client_timestamp" in event:  # the caller's own, where its clock was corrected
        content["timestamp"] = event["client_timestamp"]
    return digest_bytes(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def digest_bytes(text: bytes) -> int:
    return int.from_bytes(blake2b(text, digest_size=8).digest())


class Traffic:
    """Requests without end, the same for the same seed; ``shrink`` divides the sizes of batches."""

    def __init__(self, random: Random, callers: Sequence[Caller], clock: SteppedClock, shrink: int = 1) -> None:
        self._random = random
        self._shrink = shrink
        self._callers = callers
        self._clock = clock
        self._serial = 0
        self._sent: dict[Caller, list[dict[str, Any]]] = {caller: [] for caller in callers}

    def __iter__(self) -> Iterator[Request]:
        while True:
            yield self.request(self._random.choice(self._callers))

    def request(self, caller: Caller) -> Request:
        """Return a client's next request."""
        draw = self._random.random()
        if draw < 0.10:
            return self._js(caller)
        if draw < 0.30:
            return self._single(caller)
        if draw < 0.60:
            return self._batch(caller, self._random.randint(2, 20))
        if draw < 0.85:
            return self._batch(caller, self._random.randint(50, 200) // self._shrink)
        if draw < 0.985:
            return self._batch(caller, self._random.randint(500, 2_000) // self._shrink)
        if draw < 0.99:
            return self._batch(caller, 5_000 // self._shrink)
        return self._batch(caller, 400 // self._shrink, padding=self._random.randint(2_000, 6_000))

    def _single(self, caller: Caller) -> Request:
        if self._random.random() < 0.05:
            bad = self._random.choice(BAD_LINES) if self._random.random() < 0.7 else orjson.dumps(BAD_VALUES[4])
            return self._post(caller, bad, (None,), single=True)
        event = self._event(caller, has_id=self._random.random() < 0.8)
        return self._post(caller, orjson.dumps(event), (digest_content(event),), single=True)

    def _js(self, caller: Caller) -> Request:
        event = self._event(caller, has_id=self._random.random() < 0.8)
        text, digests = orjson.dumps(event), (digest_content(event),)
        target = f"/js/event/new?consumer_key={caller.js_key}"
        if self._random.random() < 0.3:  # as navigator.sendBeacon sends it
            return Request(caller, digests, True, "POST", target, text, (("content_type", "text/plain"),))
        if self._random.random() < 0.5:
            target += "&jsonpCallback=on.done"
        return Request(caller, digests, True, "GET", f"{target}&json={quote(text)}")

    def _batch(self, caller: Caller, size: int, padding: int = 0) -> Request:
        as_lines = self._random.random() < 0.5
        has_ids = self._random.random() < 0.9
        texts: list[bytes] = []
        digests: list[int | None] = []
        for _ in range(size):
            if self._random.random() < 0.002:
                texts.append(self._bad_entry(as_lines))
                digests.append(None)
            else:
                event = self._event(caller, has_ids, padding)
                texts.append(orjson.dumps(event))
                digests.append(digest_content(event))
        body = b"\n".join(texts) if as_lines else b"[" + b",".join(texts) + b"]"
        return self._post(caller, body, tuple(digests), single=False, as_lines=as_lines)

    def _bad_entry(self, as_lines: bool) -> bytes:
        if as_lines and self._random.random() < 0.7:
            return self._random.choice(BAD_LINES)
        return orjson.dumps(self._random.choice(BAD_VALUES))

    def _post(
        self, caller: Caller, body: bytes, digests: tuple[int | None, ...], *, single: bool, as_lines: bool = False
    ) -> Request:
        headers = [("authorization", f"Bearer {caller.token}")]
        headers.append(("content_type", "application/x-ndjson" if as_lines else "application/json"))
        if self._random.random() < 0.1:
            skewed = self._clock().timestamp() + self._random.randint(-7_200, 7_200)
            headers.append(("x_augury_sent_at", str(skewed)))
        if self._random.random() < 0.3:
            headers.append(("content_encoding", "gzip"))
            body = gzip.compress(body, compresslevel=1, mtime=0)
        return Request(caller, digests, single, "POST", "/events", body, tuple(headers))

    def _event(self, caller: Caller, has_id: bool, padding: int = 0) -> dict[str, Any]:
        sent = self._sent[caller]
        draw = self._random.random()
        if has_id and sent and draw < 0.004:
            return self._random.choice(sent)
        if has_id and sent and draw < 0.008:
            return self._conflicting(self._random.choice(sent))
        event = self._new_event(has_id)
        if padding:
            event["padding"] = "x" * padding
        elif has_id and draw > 0.98:
            sent.append(event)
            del sent[:-_REMEMBERED]
        return event

    def _new_event(self, has_id: bool) -> dict[str, Any]:
        self._serial += 1
        draw = self._random.random()
        event: dict[str, Any] = {
            "n": self._serial,
            "kind": _WORDS[int(draw * 1e6) % len(_WORDS)],
            "value": draw,
            "user": {"id": f"u{int(draw * 5_000)}", "tags": [1, None, True]},
            "note": None,
        }
        if has_id:
            event = {"event_id": f"event-{self._serial:010d}-{int(draw * 1e9):09d}", **event}
        if draw < 0.05:
            event |= {"timestamp": self._random.randint(1_000_000_000, 1_700_000_000), "stamped": True}
        elif draw < 0.15:
            event |= {"timestamp": int(self._clock().timestamp()), "stamped": True}
        elif draw < 0.17:
            event["client"] = str(self._random.choice(self._callers).client)
        elif draw < 0.18:
            event["client"] = "../../escaped"
        return event

    def _conflicting(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return another event of the same id, that differs in one thing which is easily overlooked."""
        match self._random.randrange(4):
            case 0:
                return event | {"n": str(event["n"])}
            case 1:
                return {name: value for name, value in event.items() if name != "note"}
            case 2:
                return event | {"note": "nan"}
            case _:
                return event | {"timestamp": self._random.randint(1_000_000_000, 1_700_000_000), "stamped": True}
