"""A deployment with one client and a signing key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from augury.aws import SecretStore, Table
from augury.clients import ClientStore, NewClient, TokenEndpoint, rotation_step
from augury.names import ClientName

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


@dataclass
class Clock:
    """Seconds since 1970, moved by tests."""

    now_s: float = 1_795_426_200.0

    def __call__(self) -> float:
        return self.now_s


def rotate(secret: SecretStore, table: Table) -> None:
    version_id = str(uuid.uuid4())
    for step in STEPS:
        rotation_step(step, secret, table, version_id)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clients(table: Table) -> ClientStore:
    return ClientStore(table)


@pytest.fixture
def acme(clients: ClientStore) -> NewClient:
    return clients.create(ClientName("acme"))


@pytest.fixture
def endpoint(clients: ClientStore, secret: SecretStore, table: Table, clock: Clock) -> TokenEndpoint:
    rotate(secret, table)
    return TokenEndpoint(clients, secret, lifetime_s=900, now=clock)
