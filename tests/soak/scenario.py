"""How much is sent, for how long, and what goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from augury.local.faults import FirehoseFault
from tests.soak.mail import MailFault
from tests.soak.network import CallFault, Operation, Rates

_OF_BATCHES = (  # there are few batches, and many calls
    FirehoseFault.OBJECT_TWICE, FirehoseFault.HELD_BACK, FirehoseFault.OUT_OF_ORDER, FirehoseFault.WRITE_REFUSED,
)  # fmt: skip


def _spread(rate: float, *, kills: float) -> dict[CallFault, float]:
    """Share a rate among the faults of a call that leaves the function alive, and add those that do not."""
    alive = (
        CallFault.THROTTLED, CallFault.FAILED, CallFault.UNREACHED, CallFault.FAILED_AFTER, CallFault.ANSWER_LOST,
    )  # fmt: skip
    return {fault: rate / len(alive) for fault in alive} | {
        CallFault.KILLED_BEFORE: kills / 2,
        CallFault.KILLED_AFTER: kills / 2,
    }


@dataclass(frozen=True, slots=True)
class Weather:
    """Rates of every kind of fault."""

    calls: Rates = field(default_factory=dict)
    firehose: Mapping[FirehoseFault, float] = field(default_factory=dict)
    mail: Mapping[MailFault, float] = field(default_factory=dict)

    @classmethod
    def of(cls, rate: float, *, kills: float) -> Weather:
        """Return weather in which every fault happens at about one rate."""
        return cls(
            calls={operation: _spread(rate, kills=kills) for operation in Operation},
            firehose=dict.fromkeys(FirehoseFault, rate) | dict.fromkeys(_OF_BATCHES, rate * 2),
            mail={MailFault.LATE: rate * 2, MailFault.TWICE: rate * 2},
        )


REALISTIC = Weather.of(0.01, kills=0.002)
"""Worse than AWS promises on a bad day."""

STORMY = Weather.of(0.15, kills=0.02)
"""Far worse than anything that AWS has shown."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One soak.

    Parameters
    ----------
    events : int
        At least so many are sent.
    clients : int
        By how many clients.
    lasting : timedelta
        Over how long, on the stepped clock.
    seed : int
        Of everything that is drawn.
    outages : tuple of (Operation, timedelta, timedelta)
        A service, from when it refuses every call, and for how long.
    shrink : int
        What the sizes of batches are divided by: few events then still make many calls.
    """

    events: int
    clients: int
    lasting: timedelta
    seed: int = 1
    fair: Weather = REALISTIC
    foul: Weather = STORMY
    outages: tuple[tuple[Operation, timedelta, timedelta], ...] = ()
    shrink: int = 1


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


FULL = Scenario(
    events=1_000_000,
    clients=25,
    lasting=_hours(40),
    outages=(
        (Operation.PUT_RECORDS, _hours(5), _hours(0.5)),
        (Operation.LOOK_UP, _hours(13), _hours(0.3)),
        (Operation.PUT_OBJECT, _hours(21), _hours(1)),
        (Operation.PUT_RECORDS, _hours(30), _hours(2)),
    ),
)
"""What ``make soak`` runs."""

SHORT = Scenario(
    events=6_000,
    clients=3,
    lasting=_hours(4),
    fair=STORMY,
    outages=((Operation.PUT_RECORDS, _hours(1), _hours(0.5)), (Operation.LOOK_UP, _hours(3.3), _hours(0.3))),
    shrink=10,
)
"""What ``make test`` runs; it crosses midnight."""

TINY = Scenario(events=2_500, clients=2, lasting=_hours(2), fair=STORMY, shrink=10)
"""Enough to lose, repeat or mix up events, for code that can."""

STREAM_DOWN = Scenario(
    events=500,
    clients=2,
    lasting=_hours(1),
    fair=Weather(),
    foul=Weather(),
    outages=((Operation.PUT_RECORDS, _hours(0), _hours(2)),),
    shrink=10,
)
"""Nothing is wrong but that the events stream takes nothing."""
