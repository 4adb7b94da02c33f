"""What Firehose refuses as a whole call, in its own words.

The limits are those of "Amazon Data Firehose quotas" (https://docs.aws.amazon.com/firehose/latest/dev/limits.html) and
are stated here apart from :mod:`augury.aws`, so that a slip on either side shows. The texts are quoted by those who
met them: https://github.com/osquery/osquery/issues/3568 (record and batch size).
"""

from __future__ import annotations

from collections.abc import Sequence

from moto.firehose.exceptions import InvalidArgumentException, ValidationException

MAX_RECORD_BYTES = 1_024_000
"""A record's largest size before base64: 1,000 KiB."""

MAX_BATCH_RECORDS = 500
"""Most records in one ``PutRecordBatch``."""

MAX_BATCH_BYTES = 4 * 1024 * 1024
"""Most bytes in one ``PutRecordBatch``, before base64."""


def check_record(record: bytes) -> None:
    """Check the one record of a ``PutRecord``.

    Raises
    ------
    ValidationException
        The record is larger than 1,000 KiB.
    """
    if len(record) > MAX_RECORD_BYTES:
        raise _validation_error([_too_long(_buffer(record), "record.data", MAX_RECORD_BYTES)])


def check_batch(records: Sequence[bytes]) -> None:
    """Check the records of a ``PutRecordBatch``. One bad record fails the call, and none is taken.

    Raises
    ------
    ValidationException
        There are more than 500 records, or a record is larger than 1,000 KiB.
    InvalidArgumentException
        The records are larger than 4 MiB together.
    """
    if len(records) > MAX_BATCH_RECORDS:
        raise _validation_error([_too_long("[...]", "records", MAX_BATCH_RECORDS)])
    errors = [
        _too_long(_buffer(record), f"records.{position}.member.data", MAX_RECORD_BYTES)
        for position, record in enumerate(records, start=1)
        if len(record) > MAX_RECORD_BYTES
    ]
    if errors:
        raise _validation_error(errors)
    if sum(map(len, records)) > MAX_BATCH_BYTES:
        raise InvalidArgumentException("Records size exceeds 4 MB limit")


def _buffer(record: bytes) -> str:
    return f"java.nio.HeapByteBuffer[pos=0 lim={len(record)} cap={len(record)}]"


def _too_long(value: str, member: str, limit: int) -> str:
    return (
        f"Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have length less than or equal to {limit}"
    )


def _validation_error(errors: Sequence[str]) -> Exception:
    noun = "error" if len(errors) == 1 else "errors"
    return ValidationException(f"{len(errors)} validation {noun} detected: {'; '.join(errors)}")
