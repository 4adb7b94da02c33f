"""The events that every contestant splits: made once, the same for the same numbers, and kept between runs."""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson
from isal import igzip_lib

from augury.events import receipt_text

EVENTS_IN_FILE = 21_000
"""2 million events, about 570 MB of JSON, are in 96 files, each as large as Firehose makes them of 6 MB."""

BAD_LINES = 4
"""How many lines are no stored events: raw objects have none, unless something went wrong."""

_FIRST = datetime(2026, 11, 22, 18, tzinfo=UTC)
_SPAN = timedelta(hours=12)
_PAGES = [f"https://shop.example/{name}" for name in ("home", "search", "basket", "item/1234567", "help/delivery")]


@dataclass(frozen=True, slots=True)
class Raw:
    """Raw objects as gzip NDJSON files below a directory.

    Parameters
    ----------
    directory : Path
        Where they are, by keys.
    events : int
        Lines in all.
    clients : int
        Clients that they are of; the first has by far the most.
    text_bytes : int
        Their size before compression.
    """

    directory: Path
    events: int
    clients: int
    text_bytes: int


def raw_events(events: int, clients: int, seed: int = 0) -> Raw:
    """Return files with so many events, made unless an earlier run made them; fewer events are in fewer files."""
    files = -(-events // EVENTS_IN_FILE)
    directory = Path(tempfile.gettempdir()) / "augury-benchmarks" / f"raw-{events}-{clients}-{seed}"
    size_file = directory / "text_bytes"
    if not size_file.exists():
        lines = _lines(random.Random(seed), events, clients)  # noqa: S311
        sizes = [_write(directory, number / files, lines) for number in range(files)]
        size_file.write_text(str(sum(sizes)))
    return Raw(directory, events, clients, int(size_file.read_text()))


def large_object(clients: int = 5_000, size_bytes: int = 128 * 1024 * 1024) -> Raw:
    """Return one object of at least so many compressed bytes, of thousands of clients."""
    directory = Path(tempfile.gettempdir()) / "augury-benchmarks" / f"large-{clients}-{size_bytes}"
    size_file = directory / "text_bytes"
    if not size_file.exists():
        path = directory / _key(0.0)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = b"".join(_lines(random.Random(1), 100_000, clients, even=True))  # noqa: S311
        member = igzip_lib.compress(text, 3, igzip_lib.COMP_GZIP)
        times = -(-size_bytes // len(member))
        path.write_bytes(member * times)
        size_file.write_text(str(len(text) * times))
    return Raw(directory, 0, clients, int(size_file.read_text()))


def _write(directory: Path, part: float, lines: Iterator[bytes]) -> int:
    path = directory / _key(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"".join(islice(lines, EVENTS_IN_FILE))
    path.write_bytes(gzip.compress(text, 6, mtime=0))  # as Firehose does
    return len(text)


def _key(part: float) -> str:
    at = _FIRST + _SPAN * part
    return f"logs/events.{at:%Y/%m/%d/%H}/augury-events-1-{at:%Y-%m-%d-%H-%M-%S}.gz"


def _lines(pick: random.Random, events: int, clients: int, *, even: bool = False) -> Iterator[bytes]:
    weights = [1.0 if even else 1 / (rank + 1) for rank in range(clients)]
    names = pick.choices([f"client-{number:02}" for number in range(clients)], weights, k=events)
    for number, client in enumerate(names):
        line = orjson.dumps(_event(pick, client, _FIRST + _SPAN * (number / events)))
        is_bad = number % -(-events // BAD_LINES) == 77
        yield (line[:40] if is_bad else line) + b"\n"


def _event(pick: random.Random, client: str, at: datetime) -> dict[str, object]:
    """Return an event of about 285 bytes as a shop's page might send it, and the server store it."""
    return {
        "event": pick.choice(("view", "click", "basket", "purchase")),
        "user": f"u{pick.getrandbits(27):08d}",
        "page": pick.choice(_PAGES),
        "price": round(pick.random() * 100, 2),
        "quantity": pick.getrandbits(3),
        "member": pick.random() < 0.5,
        "device": {"kind": "phone", "width": 390},
        "client": client,
        "timestamp": int(at.timestamp()),
        "_event_id": f"01a205b3-d000-7abc-8{pick.getrandbits(12):03x}-{pick.getrandbits(48):012x}",
        "_received_at": receipt_text(at),
    }
