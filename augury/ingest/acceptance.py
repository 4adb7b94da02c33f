"""Acceptance: which events of a request are kept, and what the caller is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from augury.aws.packing import pack_records
from augury.errors import AuguryError, Detail, Kind
from augury.events import stored_event
from augury.ingest.decoding import Batch, Entry
from augury.names import ClientName


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event of a request that was not kept, and why."""

    index: int
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
    """What became of a request's events."""

    stored: tuple[bytes, ...]
    rejected: tuple[Rejection, ...]
    single: bool

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer: Seldon's for one object, counts and rejections for several."""
        if self.single:
            return {"json": self.stored[0].decode()}
        return {"accepted": len(self.stored), "rejected": [rejection.as_json() for rejection in self.rejected]}


def accept(
    batch: Batch, *, client: ClientName, received_at: datetime, deliver: Callable[[Sequence[bytes]], None]
) -> Outcome:
    """Keep the good events of a request; return only once they are durable.

    Parameters
    ----------
    batch : Batch
        What the request held.
    client : ClientName
        The authenticated client.
    received_at : datetime
        When the request came, with its zone.
    deliver : callable
        Takes packed records and returns once all are accepted downstream, or raises.

    Raises
    ------
    AuguryError
        Every event is bad, or the records could not be delivered.
    """
    stored: list[bytes] = []
    rejected: list[Rejection] = []
    for index, entry in enumerate(batch.entries):
        try:
            stored.append(_stored(entry, client, received_at))
        except AuguryError as error:
            rejected.append(Rejection(index, error))
    if not stored:
        raise _nothing_accepted(rejected, single=batch.single)
    deliver(pack_records(stored))
    return Outcome(tuple(stored), tuple(rejected), batch.single)


def _stored(entry: Entry, client: ClientName, received_at: datetime) -> bytes:
    if entry.refused is not None:
        raise entry.refused
    return stored_event(entry.value, client, received_at)


def _nothing_accepted(rejected: list[Rejection], *, single: bool) -> AuguryError:
    if single:
        return rejected[0].error
    details = [Detail((rejection.index,), str(rejection.error)) for rejection in rejected]
    return AuguryError(Kind.EVERY_EVENT_REFUSED, details)
