"""Stored events packed into as few Firehose records, and records into as few calls, as the limits allow.

Firehose accepts or refuses a record whole and bills each one rounded up to 5 KB, so a request's events travel together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from augury.aws.streams import MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_RECORD_BYTES


def pack_records(lines: Iterable[bytes], limit_bytes: int = MAX_RECORD_BYTES) -> list[bytes]:
    r"""Return newline-delimited records of at most ``limit_bytes`` each, in the order of the lines.

    Parameters
    ----------
    lines : iterable of bytes
        Lines without their newline; each with its newline must fit a record.
    limit_bytes : int
        Largest record; 1,000 KiB unless given.

    Examples
    --------
    >>> pack_records([b"aa", b"b", b"cc"], limit_bytes=5)
    [b'aa\nb\n', b'cc\n']
    """
    with_newlines = (line + b"\n" for line in lines)
    return [b"".join(group) for group in _grouped(with_newlines, limit_bytes)]


def pack_batches(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the records in batches that one ``PutRecordBatch`` takes: at most 500 records and 4 MiB each."""
    return _grouped(records, MAX_BATCH_BYTES, MAX_BATCH_RECORDS)


def _grouped(items: Iterable[bytes], limit_bytes: int, limit_items: int | None = None) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    group_bytes = 0
    for item in items:
        if group and (group_bytes + len(item) > limit_bytes or len(group) == limit_items):
            yield group
            group, group_bytes = [], 0
        group.append(item)
        group_bytes += len(item)
    if group:
        yield group
