"""Sending rows as events: each gets its id once, before the first try, so that every later try is a duplicate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from augury.cli.collection_api import CollectionApi
from augury.cli.persistence import GaveUp
from augury.errors import AuguryError, Detail, Kind
from augury.events import MAX_EVENT_BYTES, new_event_id, usable_event_id, violation
from augury.formats import Row

MAX_BATCH_EVENTS = 5_000
"""Most events in a request, which is the API's limit."""

MAX_BATCH_BYTES = 3 * 1024 * 1024
"""Most bytes in a request before compression: even what gzip can't shrink stays under the API's 4 MiB."""

REPLACED_ID_FIELD = "client_event_id"
"""Where an ``event_id`` goes that the API could not take for an id."""

_KEPT_REJECTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event that is ready to be sent, and where it stood."""

    number: int
    line: bytes


@dataclass(slots=True)
class SendReport:
    """What became of a source's rows.

    Parameters
    ----------
    accepted, rejected, undelivered : int
        Events by what became of them. Undelivered ones may have been kept all the same: send them again with their ids.
    rejections : list of dict
        The first 1,000 of the rejected, by line.
    first_undelivered : int, optional
        Where sending stopped.
    reason : str
        Why it stopped.
    batches, retries : int
        Requests that were answered, and tries that failed.
    """

    accepted: int = 0
    rejected: int = 0
    undelivered: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)
    first_undelivered: int | None = None
    reason: str = ""
    batches: int = 0
    retries: int = 0

    @property
    def complete(self) -> bool:
        """Whether every row was accepted."""
        return not self.rejected and self.first_undelivered is None


class Sender:
    """Sends rows in batches.

    Parameters
    ----------
    api : CollectionApi
        Where they go.
    batch_events : int
        Most events in a request.
    on_progress : callable
        Told the report after each batch.
    keep : callable, optional
        Takes every line that was not accepted, to be sent another time; without it, sending stops reading at the first
        batch that can't be delivered.
    """

    def __init__(
        self,
        api: CollectionApi,
        batch_events: int,
        on_progress: Callable[[SendReport], None],
        keep: Callable[[bytes], object] | None = None,
    ) -> None:
        self._api = api
        self._batch_events = batch_events
        self._on_progress = on_progress
        self._keep = keep
        self.report = SendReport()

    def send(self, rows: Iterable[Row]) -> SendReport:
        """Send rows to the last, or to the first batch that can't be delivered.

        Raises
        ------
        Refused
            The API refuses the credentials.
        """
        for batch in batches(self._prepared(rows), self._batch_events):
            if self.report.first_undelivered is None:
                self._send_batch(batch)
            else:
                self._leave(batch)
            self._on_progress(self.report)
            if self.report.first_undelivered is not None and self._keep is None:
                break
        return self.report

    def _prepared(self, rows: Iterable[Row]) -> Iterator[Prepared]:
        for row in rows:
            try:
                yield Prepared(row.number, prepare(row))
            except AuguryError as error:
                kind = error.kind
                reason = {
                    "error_id": kind.error_id,
                    "error_msg": kind.message,
                    "details": [detail.as_json() for detail in error.details],
                }
                self._reject(row.number, reason, row.text)

    def _send_batch(self, batch: list[Prepared]) -> None:
        try:
            outcome = self._api.send([event.line for event in batch])
        except GaveUp as given_up:
            self.report.first_undelivered = batch[0].number
            self.report.reason = str(given_up)
            self._leave(batch)
        else:
            self.report.accepted += outcome.accepted
            self.report.batches += 1
            for rejection in outcome.rejected:
                event = batch[rejection.index]
                self._reject(event.number, dict(rejection.reason), event.line)
        self.report.retries = self._api.retries

    def _leave(self, batch: list[Prepared]) -> None:
        self.report.undelivered += len(batch)
        for event in batch:
            self._keep_line(event.line)

    def _reject(self, number: int, reason: dict[str, Any], text: bytes) -> None:
        self.report.rejected += 1
        if len(self.report.rejections) < _KEPT_REJECTIONS:
            self.report.rejections.append({"line": number, **reason})
        self._keep_line(text)

    def _keep_line(self, line: bytes) -> None:
        if self._keep is not None:
            self._keep(line)


def prepare(row: Row) -> bytes:
    """Return a row's event as it is sent, with an ``event_id`` that tells its copies.

    An ``event_id`` that can't serve as one (a number, a short text) moves to ``client_event_id``.

    Raises
    ------
    AuguryError
        It is no event, as the API would say too.

    Examples
    --------
    >>> prepare(Row(1, {"n": 1, "event_id": "order-2026-000017"})).decode()
    '{"n":1,"event_id":"order-2026-000017"}'
    """
    if row.refused is not None:
        raise row.refused
    if (broken := violation(row.value)) is not None:
        raise AuguryError(broken)
    line = orjson.dumps(row.value if usable_event_id(row.value) else _with_new_id(row.value))
    if len(line) > MAX_EVENT_BYTES:
        raise AuguryError(Kind.EVENT_TOO_LARGE)
    return line


def batches(
    events: Iterable[Prepared], most_events: int, most_bytes: int = MAX_BATCH_BYTES
) -> Iterator[list[Prepared]]:
    """Yield events in batches that one request takes.

    Examples
    --------
    >>> [len(batch) for batch in batches([Prepared(n, b"12345") for n in range(5)], 4, most_bytes=18)]
    [3, 2]
    """
    batch: list[Prepared] = []
    batch_bytes = 0
    for event in events:
        if batch and (len(batch) == most_events or batch_bytes + len(event.line) + 1 > most_bytes):
            yield batch
            batch, batch_bytes = [], 0
        batch.append(event)
        batch_bytes += len(event.line) + 1
    if batch:
        yield batch


def _with_new_id(value: dict[str, Any]) -> dict[str, Any]:
    if "event_id" not in value:
        return {**value, "event_id": new_event_id(datetime.now(UTC))}
    if REPLACED_ID_FIELD in value:
        wrong = Detail(("event_id",), f"can't serve as an id, and {REPLACED_ID_FIELD} is taken")
        raise AuguryError(Kind.INVALID_REQUEST, [wrong])
    kept = {REPLACED_ID_FIELD if name == "event_id" else name: inner for name, inner in value.items()}
    return {**kept, "event_id": new_event_id(datetime.now(UTC))}
