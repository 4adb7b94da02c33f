"""How much a client may send: an approximate limit that costs a request next to nothing.

Each process counts for itself, and tells the table every five seconds; from the answer it learns what all of them
counted together. Between two tellings a process goes by what it knows, so that a client may send more than its quota
for a moment, and a little more in a day. Whatever fails here, the events are let in.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from augury.aws import Table
from augury.clients.authentication import Caller
from augury.clients.partitions import QUOTA
from augury.clients.records import Quota
from augury.errors import AuguryError, Detail, Kind
from augury.names import ClientName
from augury.ttl_cache import TtlCache

logger = logging.getLogger(__name__)

TELL_EVERY_S = 5.0
"""Seconds between two tellings of one process about one client."""

_DAY_S = 86_400
_KEPT_DAYS = 2
# A share that was learned longer ago says nothing about now.
_SHARE_LASTS_S = 3 * TELL_EVERY_S


@dataclass(slots=True)
class _Meter:
    """What one process knows of one client's day.

    Parameters
    ----------
    day : int
        Days since 1970.
    credit : float
        Events that may be sent at once; negative after a batch that was larger than a second's worth.
    filled_at : float
        When the credit was last brought up to date.
    """

    day: int
    credit: float
    filled_at: float
    accepted: int = 0
    asked: int = 0
    accepted_by_all: int = 0
    asked_by_all: int = 0
    share: float = 1.0
    told_at: float = -math.inf

    def rate(self, events_per_second: int) -> float:
        """Return the events per second that this process may let in."""
        return events_per_second * self.share

    def learn(self, accepted_by_all: int, asked_by_all: int, now: float) -> None:
        """Take in what all processes counted; what this one counted is among it."""
        others_too = asked_by_all - self.asked_by_all
        knows_interval = now - self.told_at <= _SHARE_LASTS_S and others_too > 0
        self.share = min(1.0, self.asked / others_too) if knows_interval else 1.0
        self.accepted_by_all, self.asked_by_all = accepted_by_all, asked_by_all
        self.accepted = self.asked = 0


class QuotaLimiter:
    """Lets events in until a client's quota is used up.

    A process serves one request at a time, as Lambda has it.

    Parameters
    ----------
    table : Table
        Where the counts of all processes come together.
    now : callable, optional
        Clock, seconds since 1970.

    Examples
    --------
    In a handler, before events are accepted::

        limiter.take(caller, events=len(batch.entries))
    """

    def __init__(self, table: Table, now: Callable[[], float] = time.time) -> None:
        self._table = table
        self._now = now
        self._meters: TtlCache[ClientName, _Meter] = TtlCache(_DAY_S, now)

    def take(self, caller: Caller, events: int) -> None:
        """Count events against a client's quota; a batch is let in whole, and the next ones wait for it.

        Parameters
        ----------
        caller : Caller
            Who sends them.
        events : int
            How many.

        Raises
        ------
        AuguryError
            ``QUOTA``, with the seconds after which another try may succeed.
        """
        if caller.quota.is_unlimited:
            return
        now = self._now()
        meter = self._meter(caller.client, caller.quota, now)
        meter.asked += events
        if now - meter.told_at >= TELL_EVERY_S:
            self._tell(caller.client, meter, now)
        _refill(meter, caller.quota, now)
        _check_day(meter, caller.quota, events, now)
        _check_second(meter, caller.quota)
        meter.credit -= events
        meter.accepted += events

    def _meter(self, client: ClientName, quota: Quota, now: float) -> _Meter:
        day = int(now // _DAY_S)
        meter = self._meters.get(client)
        if meter is None or meter.day != day:
            meter = _Meter(day, credit=float(quota.events_per_second or 0), filled_at=now)
            self._meters.put(client, meter)
        return meter

    def _tell(self, client: ClientName, meter: _Meter, now: float) -> None:
        try:
            counts = self._table.add(
                f"{QUOTA}{client}",
                f"DAY#{datetime.fromtimestamp(now, UTC).date().isoformat()}",
                {"accepted": meter.accepted, "asked": meter.asked},
                {"delete_after": (meter.day + _KEPT_DAYS) * _DAY_S},
            )
            meter.learn(counts["accepted"], counts["asked"], now)
        except Exception as error:  # noqa: BLE001 - a quota that can't be counted refuses nobody
            logger.warning("quota not counted: %s", type(error).__name__)
            meter.share = 1.0
        meter.told_at = now


def _refill(meter: _Meter, quota: Quota, now: float) -> None:
    if quota.events_per_second is None:
        return
    rate = meter.rate(quota.events_per_second)
    meter.credit = min(max(1.0, rate), meter.credit + rate * max(0.0, now - meter.filled_at))
    meter.filled_at = now


def _check_day(meter: _Meter, quota: Quota, events: int, now: float) -> None:
    if quota.events_per_day is None or meter.accepted_by_all + meter.accepted + events <= quota.events_per_day:
        return
    raise _over(f"{quota.events_per_day:,} events per day", (meter.day + 1) * _DAY_S - now)


def _check_second(meter: _Meter, quota: Quota) -> None:
    if quota.events_per_second is None or meter.credit > 0:
        return
    rate = meter.rate(quota.events_per_second)
    raise _over(f"{quota.events_per_second:,} events per second", (1 - meter.credit) / rate)


def _over(limit: str, wait_s: float) -> AuguryError:
    return AuguryError(Kind.QUOTA, [Detail(("quota",), f"at most {limit}")], retry_after_s=max(1, math.ceil(wait_s)))
