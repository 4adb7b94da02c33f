"""Acceptance: which events of a request are kept, and what the caller is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from augury.aws.packing import pack_records
from augury.errors import AuguryError, Detail, Kind
from augury.events import Stamp, parse_sent_at
from augury.ingest.decoding import Batch
from augury.names import ClientName


@dataclass(frozen=True, slots=True)
class Submission:
    """What is known of a request before it is read.

    Parameters
    ----------
    client : ClientName
        The authenticated client.
    received_at : datetime
        When the request came, with its zone.
    sent_at : str, optional
        When it was sent by the caller's clock, as the caller wrote it.
    request_id : str
        By which the caller and the logs can name it.
    """

    client: ClientName
    received_at: datetime
    sent_at: str | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event of a request that was not kept, and why; without an index, the request as a whole."""

    index: int | None
    error: AuguryError

    def as_json(self) -> dict[str, Any]:
        """Return the rejection as it stands in the answer."""
        kind = self.error.kind
        return {
            "index": self.index,
            "error_id": kind.error_id,
            "error_msg": kind.message,
            "details": [detail.as_json() for detail in self.error.details],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request's events.

    Parameters
    ----------
    batch : Batch or None
        What the request held, if it could be read.
    records : sequence of bytes
        The good events as they are stored, packed.
    rejected : sequence of Rejection
        The others.
    spilled : int
        How many of the good ones the bucket took because the stream would not.
    error : AuguryError, optional
        What the caller is told in place of success; then no event counts as accepted.
    """

    batch: Batch | None
    records: Sequence[bytes] = ()
    rejected: Sequence[Rejection] = ()
    spilled: int = 0
    error: AuguryError | None = None

    @property
    def good(self) -> int:
        """How many events are fit to be stored."""
        return 0 if self.batch is None else len(self.batch.values) - len(self.rejected)

    @property
    def accepted(self) -> int:
        """How many events are durable and said to be."""
        return 0 if self.error else self.good

    @property
    def not_delivered(self) -> int:
        """How many good events the caller has to send again."""
        return self.good if self.error else 0

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer: Seldon's for one object, counts and rejections for several."""
        if self.batch is not None and self.batch.single:
            return {"json": self.records[0].rstrip(b"\n").decode()}
        return {"accepted": self.accepted, "rejected": [rejection.as_json() for rejection in self.rejected]}


def accept(
    read: Callable[[], Batch], submission: Submission, deliver: Callable[[Sequence[bytes]], Sequence[bytes]]
) -> Outcome:
    """Keep the good events of a request; return only once they are durable, or with the error that says why not.

    Parameters
    ----------
    read : callable
        Reads the request; it raises an :class:`augury.errors.AuguryError` where the request as a whole is bad.
    submission : Submission
        Whose request it is, and when it came.
    deliver : callable
        Takes packed records and returns once all are durable, with those that were spilled, or raises.
    """
    try:
        sent_at = None if submission.sent_at is None else parse_sent_at(submission.sent_at)
        batch = read()
    except AuguryError as error:
        return Outcome(None, rejected=(Rejection(None, error),), error=error)
    rejected: list[Rejection] = []
    records = pack_records(_stored(batch, Stamp(submission.client, submission.received_at, sent_at), rejected))
    if not records:
        return Outcome(batch, rejected=rejected, error=_nothing_accepted(rejected, single=batch.single))
    try:
        spilled = deliver(records)
    except AuguryError as error:
        return Outcome(batch, records, rejected, error=error)
    return Outcome(batch, records, rejected, spilled=sum(record.count(b"\n") for record in spilled))


def _stored(batch: Batch, stamp: Stamp, rejected: list[Rejection]) -> Iterator[bytes]:
    """Yield the good events as they are stored; add the others to the rejected ones."""
    for index, value in enumerate(batch.values):
        if isinstance(value, AuguryError):
            rejected.append(Rejection(index, value))
            continue
        try:
            yield stamp.stored(value)
        except AuguryError as error:
            rejected.append(Rejection(index, error))


def _nothing_accepted(rejected: Sequence[Rejection], *, single: bool) -> AuguryError:
    if single:
        return rejected[0].error
    details = [Detail((rejection.index or 0,), str(rejection.error)) for rejection in rejected]
    return AuguryError(Kind.EVERY_EVENT_REFUSED, details)
