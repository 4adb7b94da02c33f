"""No accepted event is lost: hypothesis sends, breaks, waits and retries in every order it can think of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from augury.aws import DeliveryStream, PutOutcome
from augury.local.faults import FirehoseFault, FirehoseFaults
from tests.soak.audit import audit
from tests.soak.clock import SteppedClock
from tests.soak.courier import Courier
from tests.soak.deployment import Caller, Deployment
from tests.soak.ledger import Ledger
from tests.soak.mail import Mail, MailFault
from tests.soak.network import CallFault, Network, Operation, Rates
from tests.soak.traffic import Request, Traffic

RATES = st.sampled_from([0.2, 0.6])


CALLS = st.dictionaries(
    st.sampled_from(Operation), st.dictionaries(st.sampled_from(CallFault), RATES, min_size=1, max_size=1), max_size=2
)
FIREHOSE = st.dictionaries(st.sampled_from(FirehoseFault), RATES, max_size=3)
MAIL = st.dictionaries(st.sampled_from([MailFault.LATE, MailFault.TWICE]), RATES)


class Shared:
    """One deployment for all examples: making one takes longer than an example. Each example has its own lake."""

    deployment: Deployment
    network: Network
    firehose_faults: FirehoseFaults
    callers: tuple[Caller, ...]


@pytest.fixture(scope="module")
def shared() -> Iterator[type[Shared]]:
    clock = SteppedClock()
    Shared.network = Network(Random(1), {}, sleep=clock.step)
    Shared.firehose_faults = FirehoseFaults(Random(2))
    with Deployment(clock, Shared.network, Shared.firehose_faults) as deployment:
        Shared.deployment = deployment
        Shared.callers = (deployment.add_client("acme"), deployment.add_client("acme-2"))
        yield Shared


class Collection(RuleBasedStateMachine):
    """Clients that send and retry, a platform that fails, and a ledger that knows what was promised."""

    def __init__(self) -> None:
        super().__init__()
        self.deployment = Shared.deployment
        self.ledger = Ledger()
        self.courier = Courier(self.deployment, self.ledger, Random(3))
        self.mail = Mail(self.deployment, Random(4), {})
        self.traffic = Traffic(Random(5), Shared.callers, self.deployment.clock, shrink=20)
        self.sent: list[Request] = []

    @initialize(calls=CALLS, firehose=FIREHOSE, requests=st.integers(5, 10))
    def begin(self, calls: Rates, firehose: dict[FirehoseFault, float], requests: int) -> None:
        self.send(0, calls, firehose, {}, requests)

    @rule(caller=st.sampled_from([0, 1]), calls=CALLS, firehose=FIREHOSE, mail=MAIL, requests=st.integers(1, 5))
    def send(
        self,
        caller: int,
        calls: Rates,
        firehose: dict[FirehoseFault, float],
        mail: dict[MailFault, float],
        requests: int,
    ) -> None:
        """Send events in every form, hostile ones among them, in weather that stays until it changes."""
        Shared.network.rates = dict(calls)
        Shared.firehose_faults.rates = firehose
        self.mail.rates = mail
        for request in itertools.islice(self._requests(caller), requests):
            self.courier.send(request)
            self.sent.append(request)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """An answer did not reach its caller, who sends the same bytes again."""
        self.courier.send(data.draw(st.sampled_from(self.sent[-5:])))

    @rule()
    def resend_what_was_not_answered(self) -> None:
        self.courier.resend_backlog()

    @rule(operation=st.sampled_from(Operation))
    def let_a_service_be_down(self, operation: Operation) -> None:
        Shared.network.down = {operation}

    @rule()
    def mend_everything(self) -> None:
        mend(self.mail)

    @rule(wait=st.sampled_from([timedelta(seconds=50), timedelta(minutes=20), timedelta(hours=5)]))
    def wait(self, wait: timedelta) -> None:
        self.deployment.clock.step(wait.total_seconds())

    @rule()
    def retire_the_functions_environment(self) -> None:
        self.deployment.retire_environment()

    @rule()
    def deliver(self) -> None:
        self.deployment.deliver()

    @rule()
    def split(self) -> None:
        self.mail.shuffle()
        self.deployment.split()

    @invariant()
    def nobody_is_told_anything_strange(self) -> None:
        assert self.ledger.surprises == []

    def teardown(self) -> None:
        """Let everything arrive, and account for each line, client and hour."""
        mend(self.mail)
        self.courier.resend_backlog()
        for _ in range(2):
            self.deployment.clock.step(timedelta(hours=25).total_seconds())
            self.deployment.firehose.flush_all()
            self.mail.shuffle()
            self.mail.redrive()
            self.deployment.split()
        findings = audit(self.deployment, self.ledger)
        empty_lake(self.deployment)
        assert not self.courier.backlog
        assert findings.differences == []

    def _requests(self, caller: int) -> Iterator[Request]:
        while True:
            yield self.traffic.request(Shared.callers[caller])


def mend(mail: Mail) -> None:
    Shared.network.rates, Shared.network.down = {}, set()
    Shared.firehose_faults.rates = {}
    mail.rates = {}


def empty_lake(deployment: Deployment) -> None:
    s3: Any = deployment.connection.s3()
    for summary in deployment.store.list(""):
        s3.delete_object(Bucket=deployment.resources.bucket, Key=summary.key)


def play(examples: int, phases: Sequence[Phase]) -> None:
    limits = settings(
        max_examples=examples,
        stateful_step_count=15,
        phases=phases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Collection, settings=limits)


def test_no_accepted_event_is_lost(shared: type[Shared]) -> None:
    play(10, tuple(Phase))


def test_a_lost_event_would_be_found(shared: type[Shared], monkeypatch: pytest.MonkeyPatch) -> None:
    put_batch = DeliveryStream.put_batch

    def trusting_the_status(stream: DeliveryStream, records: Sequence[bytes]) -> PutOutcome:
        put_batch(stream, records)
        return PutOutcome(())

    monkeypatch.setattr(DeliveryStream, "put_batch", trusting_the_status)

    with pytest.raises(AssertionError, match="answered with 200"):
        play(100, [Phase.generate])
