"""The drill: a secret is rotated and the old one revoked while calls never stop.

Time is stepped, second by second. In each second every worker calls from a thread of its own, with the caches of a
process of its own; the operator's rotation and revocation happen among these calls.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from augury.aws import SecretStore, Table
from augury.clients import (
    Authenticator,
    ClientAdmin,
    GrantRefused,
    Pepper,
    Presented,
    TokenEndpoint,
    rotation_step,
)
from augury.errors import AuguryError, Kind
from augury.names import ClientName
from augury.routes import find

ACME = ClientName("acme")
ROTATED, SIGNING_KEY_ROTATED, REVOKED, END = 100, 150, 200, 320
GRACE_S, REVOCATION_S, LIFETIME_S, TOKEN_EVERY_S = 3600, 60, 900, 50
CALLS_A_SECOND, WORKERS = 20, 4


@dataclass
class Clock:
    now_s: float = 1_795_426_200.0

    def __call__(self) -> float:
        return self.now_s


@dataclass(frozen=True)
class Call:
    """One call: the second in which it was made, and what it was refused with."""

    second: int
    refused: Kind | str | None


@dataclass
class Worker:
    """A caller with one secret, and the function instances that answer it, of which one is replaced at some second."""

    authenticator_made: Callable[[], Authenticator]
    endpoint: TokenEndpoint
    key: str
    secret: str
    restart: int = -1
    presented: Presented = field(default_factory=Presented)
    calls: list[Call] = field(default_factory=list)
    authenticator: Authenticator = field(init=False)
    token_requests: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.authenticator = self.authenticator_made()

    def work(self, second: int) -> None:
        if second == self.restart:
            self.authenticator = self.authenticator_made()
        if second % TOKEN_EVERY_S == 0 or not self.presented.authorization:
            self.token_requests.append(Call(second, self._fetch()))
        self.calls.extend(Call(second, self._call()) for _ in range(CALLS_A_SECOND))

    def _fetch(self) -> str | None:
        form = {"grant_type": "client_credentials", "client_id": self.key, "client_secret": self.secret}
        try:
            self.presented = Presented(f"Bearer {self.endpoint.grant(form, None)['access_token']}")
        except GrantRefused as refused:
            return refused.error
        return None

    def _call(self) -> Kind | None:
        route = find("POST", "/events")
        assert route is not None
        try:
            assert self.authenticator.authenticate(self.presented, route).client == ACME
        except AuguryError as refused:
            return refused.kind
        return None


@dataclass
class Drill:
    """The deployment under load."""

    table: Table
    pepper: Pepper
    signing: SecretStore
    clock: Clock

    def worker(self, key: str, secret: str, restart: int = -1) -> Worker:
        endpoint = TokenEndpoint(self.table, self.pepper, self.signing, LIFETIME_S, now=self.clock)
        return Worker(lambda: Authenticator(self.table, now=self.clock), endpoint, key, secret, restart)

    def rotate_signing_key(self) -> None:
        version_id = str(uuid.uuid4())
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
            rotation_step(step, self.signing, self.table, version_id)


@pytest.fixture
def drill(table: Table, pepper: Pepper, secret: SecretStore) -> Drill:
    made = Drill(table, pepper, secret, Clock())
    made.rotate_signing_key()
    return made


def test_nobody_is_rejected_in_the_grace_and_nobody_accepted_a_minute_after_the_revocation(drill: Drill) -> None:
    admin = ClientAdmin(drill.table, drill.pepper, now=drill.clock)
    made = admin.create(ACME)
    # Caches of every age meet the revocation, the freshest possible among them.
    restarts = [REVOKED - 15 * number for number in range(WORKERS)]
    old = [drill.worker(made.consumer_key, made.consumer_secret, restart) for restart in restarts]
    new: list[Worker] = []

    def rotate() -> None:
        rotated = admin.rotate_secret(ACME, grace_s=GRACE_S)
        new.extend(drill.worker(rotated.replacement.credential.key, rotated.secret) for _ in range(WORKERS))

    def revoke() -> None:
        credential = admin.credential(made.consumer_key)
        assert credential is not None
        admin.revoke(ACME, made.consumer_key, credential.secrets[0].secret_id)

    operator: dict[int, Callable[[], None]] = {
        ROTATED: rotate, SIGNING_KEY_ROTATED: drill.rotate_signing_key, REVOKED: revoke,
    }  # fmt: skip
    with ThreadPoolExecutor(2 * WORKERS + 1) as threads:
        for second in range(END):
            working = [threads.submit(worker.work, second) for worker in (*old, *new)]
            if second in operator:
                working.append(threads.submit(operator[second]))
            for done in working:
                done.result()
            drill.clock.now_s += 1

    old_calls = [call for worker in old for call in worker.calls]
    new_calls = [call for worker in new for call in worker.calls]
    requests = [request for worker in old for request in worker.token_requests]
    assert len(old_calls) == END * WORKERS * CALLS_A_SECOND
    assert {call.refused for call in (*old_calls, *requests) if call.second < REVOKED} == {None}
    assert {call.refused for call in old_calls if call.second >= REVOKED + REVOCATION_S} == {Kind.TOKEN_UNKNOWN}
    assert {request.refused for request in requests if request.second > REVOKED} == {"invalid_client"}
    assert {call.refused for call in new_calls} == {None}
    assert {call.second for call in new_calls} == set(range(ROTATED + 1, END))
    assert {request.refused for worker in new for request in worker.token_requests} == {None}
