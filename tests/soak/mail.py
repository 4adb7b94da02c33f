"""S3's notifications on their way to the queue: late, twice, and once more from among the dead letters.

S3 delivers notifications "at least once" and "typically in seconds but can sometimes take a minute or longer" (S3 User
Guide, "Amazon S3 Event Notifications"); a standard queue may deliver a message more than once and in any order (SQS
Developer Guide, "Amazon SQS standard queues").
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from augury.local.resources import Resources
from tests.soak.deployment import Deployment

LONGEST_DELAY = timedelta(hours=6)


class MailFault(StrEnum):
    LATE = "notification late"
    TWICE = "notification twice"
    DEAD = "notification was a dead letter"


@dataclass(slots=True)
class Mail:
    """Handles the queue's messages as carelessly as it is told."""

    deployment: Deployment
    random: Random
    rates: dict[MailFault, float]
    injected: Counter[MailFault] = field(default_factory=Counter)
    _held: list[tuple[datetime, str]] = field(default_factory=list)

    def shuffle(self) -> None:
        """Hold some of the waiting messages back, double some, and bring back those whose time has come."""
        now = self.deployment.clock()
        for body in self._taken(self.deployment.queue.url):
            due = now + self.random.random() * LONGEST_DELAY if self._strikes(MailFault.LATE) else now
            self._held.append((due, body))
            if self._strikes(MailFault.TWICE):
                self._held.append((due + self.random.random() * LONGEST_DELAY, body))
        self._send([body for due, body in self._held if due <= now])
        self._held = [(due, body) for due, body in self._held if due > now]

    def redrive(self) -> None:
        """Send dead letters to the queue again, as an operator does once the cause is mended."""
        name = Resources().raw_objects_dead_letters
        bodies = self._taken(self.deployment.sqs.get_queue_url(QueueName=name)["QueueUrl"])
        self.injected[MailFault.DEAD] += len(bodies)
        self._send(bodies)

    def _strikes(self, fault: MailFault) -> bool:
        strikes = self.random.random() < self.rates.get(fault, 0.0)
        self.injected[fault] += strikes
        return strikes

    def _taken(self, url: str) -> list[str]:
        sqs, bodies = self.deployment.sqs, []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def _send(self, bodies: list[str]) -> None:
        self.random.shuffle(bodies)
        for body in bodies:
            self.deployment.sqs.send_message(QueueUrl=self.deployment.queue.url, MessageBody=body)
