"""A deployment with one client and a signing key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from augury.aws import SecretStore, Table
from augury.clients import (
    Authenticator,
    ClientAdmin,
    NewClient,
    Pepper,
    Presented,
    TokenEndpoint,
    rotation_step,
)
from augury.errors import AuguryError, Kind
from augury.names import ClientName
from augury.routes import Route, find

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
def clients(table: Table, pepper: Pepper, clock: Clock) -> ClientAdmin:
    return ClientAdmin(table, pepper, now=clock)


@pytest.fixture
def acme(clients: ClientAdmin) -> NewClient:
    return clients.create(ClientName("acme"))


@pytest.fixture
def endpoint(pepper: Pepper, secret: SecretStore, table: Table, clock: Clock) -> TokenEndpoint:
    rotate(secret, table)
    return TokenEndpoint(table, pepper, secret, lifetime_s=900, now=clock)


@pytest.fixture
def authenticator(table: Table, clock: Clock, endpoint: TokenEndpoint) -> Authenticator:
    return Authenticator(table, now=clock)


def route(key: str) -> Route:
    found = find(*key.split())
    assert found is not None
    return found


EVENTS, JS_EVENT, PREDICT = route("POST /events"), route("GET /js/event/new"), route("POST /predict")


def token(endpoint: TokenEndpoint, key: str, secret: str, **form: str) -> str:
    answer = endpoint.grant({"consumer_key": key, "consumer_secret": secret, **form}, None)
    return str(answer["access_token"])


def bearer(text: str) -> Presented:
    return Presented(authorization=f"Bearer {text}")


def refusal(authenticator: Authenticator, presented: Presented, asked: Route = EVENTS) -> Kind:
    with pytest.raises(AuguryError) as refused:
        authenticator.authenticate(presented, asked)
    return refused.value.kind
