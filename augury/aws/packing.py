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
    # Each line is let go of once it is copied: many small blocks of memory at a time would cost more than the copying.
    records: list[bytes] = []
    record = bytearray()
    for line in lines:
        if record and len(record) + len(line) + 1 > limit_bytes:
            records.append(bytes(record))
            record.clear()
        record += line
        record += b"\n"
    return [*records, bytes(record)] if record else records


def pack_batches(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the records in batches that one ``PutRecordBatch`` takes: at most 500 records and 4 MiB each."""
    batch: list[bytes] = []
    batch_bytes = 0
    for record in records:
        if batch and (batch_bytes + len(record) > MAX_BATCH_BYTES or len(batch) == MAX_BATCH_RECORDS):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(record)
        batch_bytes += len(record)
    if batch:
        yield batch
