"""Data Firehose behind moto's door: limits, buffers, gzip and prefixes as on AWS, on a clock that tests can step.

moto answers the API and keeps the streams; :class:`FirehoseStandIn` takes over what becomes of records. Their way has
three steps, each a place of its own to fail on purpose: a call is checked, its entries are accepted into a buffer, and
batches are delivered to S3.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from types import ModuleType, TracebackType
from typing import Any, ClassVar, Self

import moto.firehose.urls
from moto.firehose.exceptions import ResourceNotFoundException
from moto.firehose.models import FirehoseBackend, firehose_backends
from moto.s3.models import s3_backends

from augury.local.buffering import Batch, Buffer, BufferingHints
from augury.local.destination import S3Destination
from augury.local.faults import FirehoseFault, FirehoseFaults
from augury.local.limits import check_batch, check_record

logger = logging.getLogger(__name__)

type Clock = Callable[[], datetime]
"""Returns the time, with its zone."""


def utc_now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class FirehoseStandIn:
    """The local Firehose, from ``with`` to its end. Streams made before are gone, as are those made within after it.

    A batch that S3 refuses stays first in line and is tried again at every flush, as Firehose does for 24 hours
    (https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html). Every method may be called from any thread.

    Parameters
    ----------
    clock : callable, optional
        Returns the time; the machine's by default.
    interval : timedelta, optional
        Buffer interval of every stream, in place of its ``IntervalInSeconds``.
    faults : FirehoseFaults, optional
        What goes wrong on purpose; nothing by default.

    Raises
    ------
    RuntimeError
        On entering: another one is installed. moto's account is the process's own, so there can be but one.

    Examples
    --------
    >>> with FirehoseStandIn(interval=timedelta(seconds=2)) as firehose:
    ...     firehose.flush_all()
    0
    """

    def __init__(
        self, *, clock: Clock = utc_now, interval: timedelta | None = None, faults: FirehoseFaults | None = None
    ) -> None:
        self._clock = clock
        self._interval = interval
        self._faults = faults or FirehoseFaults()
        self._buffers: dict[_Stream, Buffer] = {}
        self._outbox: deque[_Delivery] = deque()
        self._accepting = threading.Lock()
        self._delivering = threading.Lock()

    def __enter__(self) -> Self:
        if _Backend.stand_in is not None:
            raise RuntimeError("another local Firehose is installed in this process")
        _Backend.stand_in = self
        _use_backend(_Backend)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _use_backend(FirehoseBackend)
        _Backend.stand_in = None

    def accept(self, stream: _Stream, records: Sequence[bytes]) -> list[dict[str, str]]:
        """Take the records of one call into the stream's buffer; return Firehose's answer to each, in order."""
        now = self._clock()
        with self._accepting:
            return [self._accept(stream, record, now) for record in records]

    def flush_due(self) -> int:
        """Deliver what is full or has waited for its interval; return how many objects were written."""
        now = self._clock()
        return self._flush(lambda buffer: buffer.take_due(now))

    def flush_all(self) -> int:
        """Deliver every buffer, full or not; return how many objects were written."""
        return self._flush(Buffer.take)

    @property
    def waiting(self) -> int:
        """How many batches S3 has refused or that are held back."""
        return len(self._outbox)

    def _accept(self, stream: _Stream, record: bytes, now: datetime) -> dict[str, str]:
        if self._faults.strikes(FirehoseFault.ENTRY_REFUSED):
            return {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        self._keep(stream, record, now)
        if self._faults.strikes(FirehoseFault.RECORD_TWICE):
            self._keep(stream, record, now)
        return {"RecordId": token_urlsafe(48)}

    def _keep(self, stream: _Stream, record: bytes, now: datetime) -> None:
        buffer = self._buffers.get(stream)
        if buffer is None:
            buffer = self._buffers[stream] = Buffer(self._hints(stream))
        if (batch := buffer.add(record, now)) is not None:
            self._post(stream, batch, now)

    def _post(self, stream: _Stream, batch: Batch, now: datetime) -> None:
        """Put a batch in line, and once more where it will be written twice."""
        self._outbox.append(_Delivery(stream, batch, not_before=now + self._faults.delay()))
        if self._faults.strikes(FirehoseFault.OBJECT_TWICE):
            self._outbox.append(_Delivery(stream, batch, not_before=now + self._faults.delay()))

    def _hints(self, stream: _Stream) -> BufferingHints:
        hints = stream.destination.hints
        return hints if self._interval is None else replace(hints, interval=self._interval)

    def _flush(self, take: Callable[[Buffer], Batch | None]) -> int:
        now = self._clock()
        with self._delivering:
            with self._accepting:
                for stream, buffer in self._buffers.items():
                    if (batch := take(buffer)) is not None:
                        self._post(stream, batch, now)
                self._faults.reorder(self._outbox)
            return self._deliver_outbox(now)

    def _deliver_outbox(self, now: datetime) -> int:
        written, waiting = 0, []
        while self._outbox:
            delivery = self._outbox.popleft()
            if delivery.not_before <= now and self._written(delivery):
                written += 1
            else:
                waiting.append(delivery)
        self._outbox.extendleft(reversed(waiting))
        return written

    def _written(self, delivery: _Delivery) -> bool:
        return not self._faults.strikes(FirehoseFault.WRITE_REFUSED) and delivery.attempt()


@dataclass(frozen=True, slots=True)
class _Stream:
    """One stream in one state of its configuration: a change of it starts a new buffer."""

    account: str
    partition: str
    region: str
    name: str
    version: str
    destination: S3Destination


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A batch on its way to S3."""

    stream: _Stream
    batch: Batch
    not_before: datetime

    def attempt(self) -> bool:
        """Write the batch as one object, which sends the bucket's notifications; say whether S3 took it."""
        stream, destination = self.stream, self.stream.destination
        key = destination.key(stream.name, stream.version, self.batch.first_arrival)
        try:
            s3_backends[stream.account][stream.partition].put_object(
                destination.bucket, key, destination.encode(self.batch.data)
            )
        except Exception:
            logger.exception("%s: s3://%s/%s was not written; it stays in line", stream.name, destination.bucket, key)
            return False
        return True


class _Backend(FirehoseBackend):
    """moto's backend with the stand-in behind its streams to S3."""

    stand_in: ClassVar[FirehoseStandIn | None] = None

    @property
    def _url_module(self) -> ModuleType:
        return moto.firehose.urls

    def create_delivery_stream(self, *arguments: Any, **keywords: Any) -> str:
        """Create a stream, unless Firehose would refuse its S3 destination."""
        bound = inspect.signature(super().create_delivery_stream).bind(*arguments, **keywords).arguments
        for destination in ("s3_destination_configuration", "extended_s3_destination_configuration"):
            if configuration := bound.get(destination):
                S3Destination.parse(configuration)
        return super().create_delivery_stream(*arguments, **keywords)

    def put_record(self, delivery_stream_name: str, record: dict[str, bytes]) -> dict[str, Any]:
        """Take one record."""
        if (stream := self._stream(delivery_stream_name)) is None:
            return super().put_record(delivery_stream_name, record)
        check_record(record["Data"])
        (entry,) = self._accept(stream, [record["Data"]])
        return entry | {"Encrypted": False}

    def put_record_batch(self, delivery_stream_name: str, records: list[dict[str, bytes]]) -> dict[str, Any]:
        """Take the records of one call."""
        if (stream := self._stream(delivery_stream_name)) is None:
            return super().put_record_batch(delivery_stream_name, records)
        data = [record["Data"] for record in records]
        check_batch(data)
        entries = self._accept(stream, data)
        failed = sum("ErrorCode" in entry for entry in entries)
        return {"FailedPutCount": failed, "Encrypted": False, "RequestResponses": entries}

    def _accept(self, stream: _Stream, records: Sequence[bytes]) -> list[dict[str, str]]:
        assert self.stand_in is not None, "the backend is only in use while a stand-in is installed"
        return self.stand_in.accept(stream, records)

    def _stream(self, name: str) -> _Stream | None:
        """Return a stream to S3, or None where moto has a stream to elsewhere."""
        stream = self.delivery_streams.get(name)
        if stream is None:
            raise ResourceNotFoundException(f"Firehose {name} under account {self.account_id} not found.")
        configuration = _s3_configuration(stream.destinations)
        if configuration is None:
            return None
        destination = S3Destination.parse(configuration)
        return _Stream(self.account_id, self.partition, self.region_name, name, stream.version_id, destination)


def _s3_configuration(destinations: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    (destination,) = destinations
    return destination.get("ExtendedS3") or destination.get("S3")


def _use_backend(backend: type[FirehoseBackend]) -> None:
    firehose_backends.backend = backend
    firehose_backends.clear()
