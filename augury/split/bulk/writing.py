"""One file of a client's day, written whole."""

from __future__ import annotations

from isal import isal_zlib

from augury.aws import ObjectStore
from augury.lake import compacted_key
from augury.split.bulk.merging import merge
from augury.split.bulk.outcome import PartReport
from augury.split.lines import Owner

_LEVEL = 1
_WBITS = 31  # a gzip header, in which isal writes no time: the same lines make the same bytes
_BATCH_LINES = 8_192


def write_part(store: ObjectStore, plan_id: str, owner: Owner, part: int, records: list[bytes]) -> PartReport:
    """Write one file of a day; the same records in any order give the same key and the same bytes.

    Parameters
    ----------
    store : ObjectStore
        The data bucket.
    plan_id : str
        On whose behalf.
    owner : Owner
        Whose.
    part : int
        Which of its files.
    records : list of bytes
        What is to be in it; sorted in place.
    """
    merged = merge(records)
    key = part_key(plan_id, owner, part)
    body = _compressed(merged.lines)
    store.put(key, body, "application/gzip")
    return PartReport(
        client=owner.client,
        day=owner.day,
        key=key,
        lines=len(merged.lines),
        duplicates=merged.duplicates,
        conflicts=merged.conflicts,
        size_bytes=len(body),
    )


def part_key(plan_id: str, owner: Owner, part: int) -> str:
    """Return the key of one file of a day."""
    return compacted_key(owner.client, owner.day, plan_id, part)


def _compressed(lines: list[bytes]) -> bytes:
    deflater = isal_zlib.compressobj(level=_LEVEL, wbits=_WBITS)
    pieces = [
        deflater.compress(b"\n".join(lines[start : start + _BATCH_LINES]) + b"\n")
        for start in range(0, len(lines), _BATCH_LINES)
    ]
    return b"".join([*pieces, deflater.flush()])
