"""Whether what a split wrote is what it read, line for line."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

import orjson


def same_lines(source: Path, target: Path) -> bool:
    """Tell whether the lines of all outputs and of ``failed/split/`` are those of the source, each as often."""
    failed = target / "failed"
    split = (path for path in target.rglob("*.gz") if not path.is_relative_to(failed))
    kept = (orjson.loads(line)["text"].encode() for line in _lines(failed.rglob("*.gz")))
    return _digest(_lines(source.rglob("*.gz"))) == (_digest(_lines(split)) + _digest(kept)) % 2**128


def _lines(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with gzip.open(path, "rb") as file:
            for line in file:
                yield line.rstrip(b"\n")


def _digest(lines: Iterable[bytes]) -> int:
    """Return a number for a multiset of lines: their order makes no difference, and how often each comes does."""
    return sum(int.from_bytes(blake2b(line, digest_size=16).digest()) for line in lines) % 2**128
