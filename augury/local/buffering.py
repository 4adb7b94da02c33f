"""Firehose's buffering: which records become one S3 object, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BufferingHints:
    """When a buffer is delivered, whichever comes first.

    Parameters
    ----------
    size_bytes : int
        Bytes, before compression, at which a buffer is full.
    interval : timedelta
        Age of the oldest record at which a buffer is due.
    """

    size_bytes: int
    interval: timedelta


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one S3 object, in the order of arrival."""

    records: tuple[bytes, ...]
    first_arrival: datetime

    @property
    def data(self) -> bytes:
        """The records joined; Firehose adds no delimiter unless it is told to."""
        return b"".join(self.records)


class Buffer:
    """Records of one stream that are not delivered yet. It reads no clock: every call says what time it is.

    Parameters
    ----------
    hints : BufferingHints
        When the buffer is full or due.

    Examples
    --------
    >>> noon = datetime(2026, 11, 23, 12)
    >>> buffer = Buffer(BufferingHints(size_bytes=10, interval=timedelta(seconds=60)))
    >>> buffer.add(b"one", noon)
    >>> buffer.take_due(noon + timedelta(seconds=59))
    >>> buffer.take_due(noon + timedelta(seconds=60)).data
    b'one'
    """

    def __init__(self, hints: BufferingHints) -> None:
        self._hints = hints
        self._records: list[bytes] = []
        self._size_bytes = 0
        self._first_arrival: datetime | None = None

    def add(self, record: bytes, arrived: datetime) -> Batch | None:
        """Keep a record, and return the buffer's content where this record fills it."""
        self._first_arrival = self._first_arrival or arrived
        self._records.append(record)
        self._size_bytes += len(record)
        return self.take() if self._size_bytes >= self._hints.size_bytes else None

    def take_due(self, now: datetime) -> Batch | None:
        """Return the buffer's content where its oldest record has waited for the interval."""
        if self._first_arrival is None or now - self._first_arrival < self._hints.interval:
            return None
        return self.take()

    def take(self) -> Batch | None:
        """Return the buffer's content and leave it empty; None where it is empty already."""
        if self._first_arrival is None:
            return None
        batch = Batch(tuple(self._records), self._first_arrival)
        self._records, self._size_bytes, self._first_arrival = [], 0, None
        return batch
