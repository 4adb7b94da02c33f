"""One soak from beginning to end."""

from __future__ import annotations

import gzip
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from augury.lake.layout import raw_events_hour
from augury.local.faults import FirehoseFaults
from tests.soak.audit import Findings, audit
from tests.soak.clock import START, SteppedClock
from tests.soak.courier import Courier
from tests.soak.deployment import BUFFER_INTERVAL, Deployment
from tests.soak.ledger import Ledger
from tests.soak.mail import Mail
from tests.soak.network import Network
from tests.soak.scenario import Scenario, Weather
from tests.soak.traffic import Request, Traffic

_EVENTS_PER_REQUEST = 215  # what Traffic sends on average
_LONGEST_WAIT = timedelta(hours=25)  # Firehose tries for 24 hours

FOREIGN_LINES = (b"no JSON", b"[]", b"{}", b'{"client":"../escaped","_received_at":"2026-11-23T09:30:15.000Z"}')
"""Lines that someone else wrote among the raw objects: no client's, so that the split has something to refuse."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a soak did and found."""

    ledger: Ledger
    findings: Findings
    faults: Counter[str]
    seconds: float

    @property
    def is_exact(self) -> bool:
        return not self.findings.differences


@contextmanager
def seeded_jitter(seed: int) -> Iterator[None]:
    """Let the pauses of retries, ours and botocore's, be the same for the same seed."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


class Soak:
    """A scenario, played."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._random = Random(scenario.seed)
        self._clock = SteppedClock()
        self._firehose_faults = FirehoseFaults(self._child())
        self._network = Network(self._child(), {}, sleep=self._clock.step)
        self._ledger = Ledger()
        self._next_delivery = START + BUFFER_INTERVAL

    def run(self, on_progress: Callable[[int], None] = lambda _: None) -> Report:
        """Send everything, let everything arrive, and audit; ``on_progress`` gets the events sent so far."""
        began = time.perf_counter()
        with (
            seeded_jitter(self._scenario.seed),
            Deployment(self._clock, self._network, self._firehose_faults) as deployment,
        ):
            callers = [deployment.add_client(f"client-{number:02d}") for number in range(self._scenario.clients)]
            courier = Courier(deployment, self._ledger, self._child())
            mail = Mail(deployment, self._child(), {})
            requests = iter(Traffic(self._child(), callers, self._clock, self._scenario.shrink))
            while (sent := self._ledger.events["sent"]) < self._scenario.events:
                on_progress(sent)
                self._send(next(requests), courier, mail, deployment)
            on_progress(sent)
            self._write_foreign_object(deployment)
            self._settle(courier, mail, deployment)
            findings = audit(deployment, self._ledger)
        return Report(self._ledger, findings, self._faults(mail), time.perf_counter() - began)

    def _send(self, request: Request, courier: Courier, mail: Mail, deployment: Deployment) -> None:
        self._set_weather(self._weather_now(), mail)
        courier.send(request)
        requests = self._scenario.events * self._scenario.shrink / _EVENTS_PER_REQUEST
        gap_s = self._scenario.lasting.total_seconds() / requests
        self._clock.step(self._random.random() * 2 * gap_s)
        if self._clock() >= self._next_delivery:
            self._next_delivery = self._clock() + BUFFER_INTERVAL
            deployment.retire_environment()
            courier.resend_backlog()
            deployment.deliver()
            mail.shuffle()
            deployment.split()

    def _weather_now(self) -> Weather:
        """Return fair weather, foul in every fourth hour."""
        return self._scenario.foul if self._clock().hour % 4 == 0 else self._scenario.fair

    def _set_weather(self, weather: Weather, mail: Mail) -> None:
        self._network.rates = dict(weather.calls)
        self._firehose_faults.rates = dict(weather.firehose)
        mail.rates = dict(weather.mail)
        passed = self._clock() - START
        self._network.down = {
            operation for operation, begin, lasting in self._scenario.outages if begin <= passed < begin + lasting
        }

    def _settle(self, courier: Courier, mail: Mail, deployment: Deployment) -> None:
        """Let the weather clear, and time pass until nothing is on its way."""
        self._scenario = replace(self._scenario, outages=())
        self._set_weather(Weather(), mail)
        courier.resend_backlog()
        self._clock.step(_LONGEST_WAIT.total_seconds())
        deployment.firehose.flush_all()
        deployment.split()
        self._clock.step(_LONGEST_WAIT.total_seconds())
        mail.shuffle()
        mail.redrive()
        deployment.split()
        left = len(courier.backlog), deployment.firehose.waiting
        if any(left):
            self._ledger.surprise(f"{left[0]} requests were never answered, {left[1]} batches never delivered")

    def _write_foreign_object(self, deployment: Deployment) -> None:
        body = gzip.compress(b"\n".join(FOREIGN_LINES))
        deployment.store.put(f"{raw_events_hour(self._clock())}foreign.gz", body)

    def _faults(self, mail: Mail) -> Counter[str]:
        counts: Counter[str] = Counter()
        for injected in (self._network.injected, self._firehose_faults.injected, mail.injected):
            counts.update({str(fault): count for fault, count in injected.items()})
        return counts

    def _child(self) -> Random:
        return Random(self._random.random())
