"""Splitting one raw object: read once, write one object per client and day, and one of what failed."""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import orjson

from augury.aws import ObjectStore
from augury.lake import failed_split_key, read_lines, split_output_key
from augury.names import ClientName
from augury.split.lines import FailedLine, sort_line

_LEVEL = 6


@dataclass(slots=True)
class SplitSummary:
    """What one raw object held, in lines."""

    source: str
    split: Counter[ClientName] = field(default_factory=Counter)
    failed: int = 0

    @property
    def total(self) -> int:
        """Lines of the object, good and bad."""
        return self.split.total() + self.failed


def split_object(store: ObjectStore, source: str) -> SplitSummary:
    """Split one raw object.

    Every output key is made from the source's, and its bytes from the source's lines: splitting an object again
    writes the same objects again. Failed lines are written first, so that no line is ever in neither place.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    source : str
        Key of a gzip NDJSON object.

    Raises
    ------
    NotFound
        No object has that key.
    CutShort
        The object is truncated or no gzip; nothing was written.
    AwsUnavailable
        S3 failed; splitting the object again makes it whole.
    """
    summary = SplitSummary(source)
    outputs: dict[tuple[ClientName, date], _GzipLines] = {}
    failed = _GzipLines()
    with store.open(source) as body:
        for number, line in enumerate(read_lines(body), start=1):
            match sort_line(line):
                case FailedLine(line=text, reason=reason):
                    failed.add(_failure(source, number, text, reason))
                    summary.failed += 1
                case owned:
                    outputs.setdefault((owned.client, owned.day), _GzipLines()).add(owned.line)
                    summary.split[owned.client] += 1
    if summary.failed:
        store.put(failed_split_key(source), failed.close(), "application/gzip")
    for (client, day), lines in outputs.items():
        store.put(split_output_key(client, day, source), lines.close(), "application/gzip")
    return summary


def _failure(source: str, number: int, line: bytes, reason: str) -> bytes:
    return orjson.dumps(
        {"source": source, "line": number, "reason": reason, "text": line.decode("utf-8", "backslashreplace")}
    )


class _GzipLines:
    """Lines compressed as they come, so that only the compressed bytes are held."""

    def __init__(self) -> None:
        # zlib's own gzip header holds no time: the same lines make the same bytes.
        self._deflater = zlib.compressobj(_LEVEL, wbits=31)
        self._parts: list[bytes] = []

    def add(self, line: bytes) -> None:
        self._parts.append(self._deflater.compress(line + b"\n"))

    def close(self) -> bytes:
        self._parts.append(self._deflater.flush())
        return b"".join(self._parts)
