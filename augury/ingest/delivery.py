"""Records made durable: in the events stream, again and again while there is time, else in the bucket."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from augury import lake
from augury.aws import AwsUnavailable, DeliveryStream, ObjectStore
from augury.aws.packing import pack_batches
from augury.errors import AuguryError, Kind
from augury.events import new_event_id

STREAM_TRY_S = 4.0
"""Longest time that one call of the stream may take, in seconds: the stream's client must be made with it."""

SPILL_S = 12.0
"""Longest time that a spill may take, in seconds: the bucket's client must be made with it."""

_KEEP_TRYING_S = 4.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_SPILL_LEVEL = 1  # a spill happens when time is short


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as delivery sees it, so that tests can step it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Sink:
    """Where records become durable.

    Parameters
    ----------
    stream : DeliveryStream
        The events stream.
    store : callable
        Returns the data bucket, which takes what the stream would not. It is asked for when first needed.
    clock : Clock, optional
        The machine's unless given.
    spill_key : callable, optional
        Returns the key of a spill by the time of receipt and a name of its own; that of events unless given.
    """

    def __init__(
        self,
        stream: DeliveryStream,
        store: Callable[[], ObjectStore],
        clock: Clock | None = None,
        spill_key: Callable[[datetime, str], str] = lake.spill_key,
    ) -> None:
        self._stream = stream
        self._store = store
        self._clock = clock or Clock()
        self._spill_key = spill_key

    def keep(self, records: Sequence[bytes], received_at: datetime, within_s: float) -> tuple[bytes, ...]:
        """Return once every record is durable; what is returned was spilled.

        The stream is tried first, while enough time is left for a spill after it.

        Parameters
        ----------
        records : sequence of bytes
            Packed records.
        received_at : datetime
            When their request was received; it dates the spill.
        within_s : float
            Seconds that all of it may take.

        Raises
        ------
        AuguryError
            ``UNAVAILABLE``: the stream did not take some record, nor did the bucket. Others may have been taken: the
            caller will send all again, and events that carry ids of the caller's are then told to be the same.
        """
        left = self._streamed(records, min(_KEEP_TRYING_S, within_s - STREAM_TRY_S - SPILL_S))
        if left:
            self._spill(left, received_at)
        return tuple(left)

    def _streamed(self, records: Iterable[bytes], within_s: float) -> list[bytes]:
        """Send records to the stream; return those that it has not accepted.

        Only what was refused is sent again, after a pause that doubles and is drawn at random, so that many callers
        don't come back at the same moment.
        """
        give_up_at = self._clock.now() + within_s
        pause_s = _FIRST_PAUSE_S
        left = self._refused(records, give_up_at)
        while left:
            wait_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311 - jitter, not a secret
            if self._clock.now() + wait_s >= give_up_at:
                break
            self._clock.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            left = self._refused(left, give_up_at)
        return left

    def _refused(self, records: Iterable[bytes], give_up_at: float) -> list[bytes]:
        """Send records once; return those that were refused, or were not sent because time is up."""
        return [record for batch in pack_batches(records) for record in self._put(batch, give_up_at)]

    def _put(self, batch: list[bytes], give_up_at: float) -> list[bytes]:
        if self._clock.now() >= give_up_at:
            return batch
        try:
            return [batch[position] for position in self._stream.put_batch(batch).failed]
        except AwsUnavailable:
            return batch

    def _spill(self, records: Iterable[bytes], received_at: datetime) -> None:
        body = gzip.compress(b"".join(records), _SPILL_LEVEL, mtime=0)
        try:
            self._store().put(self._spill_key(received_at, new_event_id(received_at)), body, "application/gzip")
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure
