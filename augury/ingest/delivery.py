"""Records into the events stream, again and again while there is time, each until it is accepted."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from augury.aws import AwsUnavailable, DeliveryStream
from augury.aws.packing import pack_batches
from augury.errors import AuguryError, Kind

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as delivery sees it, so that tests can step it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def deliver(records: Iterable[bytes], stream: DeliveryStream, within_s: float, clock: Clock | None = None) -> None:
    """Send records until the stream has accepted every one.

    Only what was refused is sent again, after a pause that doubles and is drawn at random, so that many callers
    don't come back at the same moment.

    Parameters
    ----------
    records : iterable of bytes
        Packed records.
    stream : DeliveryStream
        Where they go.
    within_s : float
        Seconds after which no further try is begun.

    Raises
    ------
    AuguryError
        ``UNAVAILABLE``: some record was not accepted in time. Others may have been: the caller will send all again,
        and events that carry ids of the caller's are then told to be the same.
    """
    clock = clock or Clock()
    give_up_at = clock.now() + within_s
    pause_s = _FIRST_PAUSE_S
    left = list(records)
    while left := [record for batch in pack_batches(left) for record in _refused(batch, stream)]:
        wait_s = random.uniform(pause_s / 2, pause_s)  # noqa: S311 - jitter, not a secret
        if clock.now() + wait_s >= give_up_at:
            raise AuguryError(Kind.UNAVAILABLE)
        clock.sleep(wait_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _refused(batch: list[bytes], stream: DeliveryStream) -> list[bytes]:
    try:
        return [batch[position] for position in stream.put_batch(batch).failed]
    except AwsUnavailable:
        return batch
