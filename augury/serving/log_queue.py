"""The prediction log on its way: lines wait in memory, within bounds, and are sent some at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from augury.aws import DeliveryStream
from augury.aws.packing import pack_records
from augury.aws.streams import MAX_RECORD_BYTES
from augury.serving.log_buffer import LogBuffer
from augury.serving.prediction_log import Failed, Served

TRY_S = 2.0
"""Longest time that one call of the stream may take, in seconds: its client should be made with it."""

MOST_BYTES = 32 * 1024 * 1024
"""Size of the lines that may wait, unless another is given: ten seconds of 3,000 answers a second."""

MOST_LINES = 100_000
"""Number of the lines that may wait, unless another is given."""

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_FIRST_REST_S = 0.5
_LONGEST_REST_S = 30.0

type LinesLost = Callable[[int, str], None]
"""Told how many lines were lost, and why; it must not raise."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the log sees it, so that tests can step it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class LogQueue:
    """Lines that wait for the stream to take them; whoever calls :meth:`flush` sends them.

    A line is written when its call is logged: the queue keeps nothing that a caller could change, and knows its size
    to the byte. Where the stream fails, lines wait, until the queue is full; then new ones are lost, which is counted
    and told. A call of the stream whose outcome is unknown is made again: a line may then be there twice, byte for
    byte, and readers take it once (:func:`augury.frames.read_predictions`).

    Every method may be called from any thread.

    Parameters
    ----------
    stream : DeliveryStream
        Where lines go; its client should give up after :data:`TRY_S`.
    on_lost : callable
        Told of lost lines, at the next flush.
    most_bytes, most_lines : int
        How much may wait; :data:`MOST_BYTES` and :data:`MOST_LINES` unless given.
    clock : Clock, optional
        The machine's unless given.
    """

    def __init__(
        self,
        stream: DeliveryStream,
        on_lost: LinesLost,
        *,
        most_bytes: int = MOST_BYTES,
        most_lines: int = MOST_LINES,
        clock: Clock | None = None,
    ) -> None:
        self._stream = stream
        self._on_lost = on_lost
        self._clock = clock or Clock()
        self._buffer = LogBuffer(most_bytes, most_lines)
        self._sending = Lock()
        self._packed: list[bytes] = []
        self._failures = 0
        self._rest_until = float("-inf")

    @property
    def waiting_bytes(self) -> int:
        """Size of the lines that the stream has not taken yet."""
        return self._buffer.size_bytes

    @property
    def is_due(self) -> bool:
        """Whether a record is full, and the stream not left alone."""
        return self.waiting_bytes >= MAX_RECORD_BYTES and self._clock.now() >= self._rest_until

    def served(self, served: Served) -> None:
        """Take the lines of one answer."""
        self._buffer.add(served.lines())

    def failed(self, failed: Failed) -> None:
        """Take the line of one call that failed."""
        self._buffer.add(failed.lines())

    def flush(self, within_s: float) -> bool:
        """Send what waits; return whether nothing waits any more.

        After a failure the stream is left alone for a while, half a second at first and at most half a minute: such a
        flush returns at once.

        Parameters
        ----------
        within_s : float
            Seconds until no further call of the stream begins; one that has begun may take :data:`TRY_S` more.
        """
        return self._flush(within_s, closing=False)

    def close(self, within_s: float) -> bool:
        """Send what waits, also to a stream that failed, and take no more; what is then left is lost, and told."""
        self._buffer.close()
        is_sent = self._flush(within_s, closing=True)
        if not is_sent:
            self._packed = []
            self._buffer.abandon()
            self._tell()
        return is_sent

    def _flush(self, within_s: float, *, closing: bool) -> bool:
        give_up_at = self._clock.now() + within_s
        if not self._sending.acquire(timeout=max(0.0, within_s)):
            return False
        try:
            if closing or self._clock.now() >= self._rest_until:
                self._packed += pack_records(self._buffer.take())
                self._send(give_up_at, closing=closing)
            self._tell()
            return not self._packed and self._buffer.is_empty
        finally:
            self._sending.release()

    def _send(self, give_up_at: float, *, closing: bool) -> None:
        """Send records until all are taken or time is up, what was refused after a pause that doubles."""
        pause_s = _FIRST_PAUSE_S
        while self._packed:
            self._send_once(give_up_at)
            wait_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311 - jitter, not a secret
            makes_way = self._buffer.is_closed and not closing
            if makes_way or not self._packed or self._clock.now() + wait_s >= give_up_at:
                break
            self._clock.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        self._rest()

    def _send_once(self, give_up_at: float) -> None:
        """Send record by record until one is not taken, which then has its turn after the others.

        Each has a call of its own: AWS's client copies what it sends five times over, which would take memory, and hold
        up answers, by the size of a call.
        """
        while self._packed and self._clock.now() < give_up_at:
            record = self._packed.pop(0)
            if not self._is_taken(record):
                self._packed.append(record)
                break
        self._buffer.settle(self._packed)

    def _is_taken(self, record: bytes) -> bool:
        try:
            return not self._stream.put_batch([record]).failed
        except Exception:  # noqa: BLE001 - whatever it is, the log must outlive it
            return False

    def _rest(self) -> None:
        """Leave a stream alone that failed, the longer the more often it did."""
        self._failures = self._failures + 1 if self._packed else 0
        if self._failures:
            rest_s = min(_FIRST_REST_S * 2 ** (self._failures - 1), _LONGEST_REST_S)
            self._rest_until = self._clock.now() + random.uniform(rest_s / 2, rest_s)  # noqa: S311 - jitter

    def _tell(self) -> None:
        for reason, count in self._buffer.take_lost().items():
            self._on_lost(count, reason)
