"""What goes wrong inside Firehose, on purpose: seeded, counted, and off unless asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import MutableSequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any


class FirehoseFault(StrEnum):
    """One thing that Firehose does to its users, and where it says so."""

    ENTRY_REFUSED = "entry refused"
    """One entry of a ``PutRecordBatch`` fails while the call answers 200: ``FailedPutCount`` above 0 and
    ``ServiceUnavailableException`` in its place (API reference, ``PutRecordBatch``: "Even if the call succeeds, the
    value of FailedPutCount may be greater than 0"; text: https://github.com/boto/boto3/issues/2804)."""

    RECORD_TWICE = "record taken twice"
    """A record is delivered twice (Data Firehose FAQ: "at least once semantics for data delivery", with duplicates in
    rare circumstances such as request time-outs)."""

    OBJECT_TWICE = "object written twice"
    """A whole batch is written again under another key: S3 took it, Firehose saw a timeout and tried again. The
    source is that of :attr:`RECORD_TWICE`."""

    HELD_BACK = "delivered late"
    """A batch is delivered hours later, to the hour of its arrival ("Understand data delivery in Amazon Data Firehose":
    delivery to S3 is retried for up to 24 hours)."""

    OUT_OF_ORDER = "delivered out of order"
    """Batches are delivered in another order than they were taken in: nothing promises one, and a batch that is
    retried is overtaken."""

    WRITE_REFUSED = "S3 refused Firehose"
    """S3 refuses the object; the batch stays in line and is tried again (same source as :attr:`HELD_BACK`)."""


@dataclass(slots=True)
class FirehoseFaults:
    """How often each fault happens; never, unless a rate is given.

    Parameters
    ----------
    random : random.Random
        Decides; one with a seed makes the same calls meet the same faults.
    rates : dict of FirehoseFault to float
        Probability of each fault whenever it could happen, 0 to 1.
    longest_delay : timedelta
        A batch that is held back waits for up to this long, drawn evenly.
    injected : Counter of FirehoseFault
        How often each fault happened.

    Examples
    --------
    >>> faults = FirehoseFaults(Random(7), {FirehoseFault.ENTRY_REFUSED: 1.0})
    >>> faults.strikes(FirehoseFault.ENTRY_REFUSED), faults.strikes(FirehoseFault.HELD_BACK)
    (True, False)
    >>> faults.injected.total()
    1
    """

    random: Random = field(default_factory=Random)
    rates: dict[FirehoseFault, float] = field(default_factory=dict)
    longest_delay: timedelta = timedelta(hours=24)
    injected: Counter[FirehoseFault] = field(default_factory=Counter)

    def strikes(self, fault: FirehoseFault) -> bool:
        """Decide whether a fault happens now, and count it where it does."""
        rate = self.rates.get(fault, 0.0)
        if not rate or self.random.random() >= rate:
            return False
        self.injected[fault] += 1
        return True

    def delay(self) -> timedelta:
        """Return how long a batch waits before its first attempt: nothing, unless it is held back."""
        if not self.strikes(FirehoseFault.HELD_BACK):
            return timedelta()
        return self.random.random() * self.longest_delay

    def reorder(self, line: MutableSequence[Any]) -> None:
        """Shuffle the batches in line, where that fault strikes."""
        if len(line) > 1 and self.strikes(FirehoseFault.OUT_OF_ORDER):
            self.random.shuffle(line)
