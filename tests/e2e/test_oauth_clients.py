"""Tokens fetched by OAuth 2 libraries as they come, and what a client's keys can do over HTTP."""

from __future__ import annotations

import json

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError

from augury.clients import NewClient, Quota
from augury.names import ClientName
from tests.e2e.conftest import World

EVENT = {"page": "/"}
TIMEOUT_S = 30


@pytest.fixture(scope="module")
def client(world: World) -> NewClient:
    return world.new_client()


def accepted(world: World, token: str) -> int:
    return world.call("POST", "/events", json.dumps(EVENT).encode(), Authorization=f"Bearer {token}").status


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlibs_own_session_works_unchanged(world: World, client: NewClient, method: str) -> None:
    with OAuth2Session(client.consumer_key, client.consumer_secret, token_endpoint_auth_method=method) as session:
        session.trust_env = False
        token = session.fetch_token(f"{world.platform.api_url}/token", grant_type="client_credentials")
        answer = session.post(f"{world.platform.api_url}/events", json=EVENT, timeout=TIMEOUT_S)
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 900)
    assert token["expires_at"] > 0
    assert answer.status_code == 200
    assert json.loads(answer.json()["json"])["client"] == client.name


def test_authlib_asks_for_a_scope_and_reports_a_refusal(world: World, client: NewClient) -> None:
    url = f"{world.platform.api_url}/token"
    with OAuth2Session(client.consumer_key, client.consumer_secret, scope="predict") as session:
        session.trust_env = False
        token = session.fetch_token(url, grant_type="client_credentials")
        assert token["scope"] == "predict"
        assert session.post(f"{world.platform.api_url}/events", json=EVENT, timeout=TIMEOUT_S).status_code == 403
    with OAuth2Session(client.consumer_key, "wrong") as session:
        session.trust_env = False
        with pytest.raises(OAuthError, match="invalid_client"):
            session.fetch_token(url, grant_type="client_credentials")


def test_requests_own_basic_authentication_works_unchanged(world: World, client: NewClient) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(
            f"{world.platform.api_url}/token",
            data={"grant_type": "client_credentials"},
            auth=(client.consumer_key, client.consumer_secret),
            timeout=TIMEOUT_S,
        )
    assert answer.headers["Cache-Control"] == "no-store"
    assert accepted(world, answer.json()["access_token"]) == 200


def test_a_refused_pair_is_challenged_as_the_rfc_has_it(world: World, client: NewClient) -> None:
    answer = requests.post(
        f"{world.platform.api_url}/token",
        data={"grant_type": "client_credentials"},
        auth=(client.consumer_key, "wrong"),
        timeout=TIMEOUT_S,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(("size", "error"), [(16 * 1024, "invalid_client"), (16 * 1024 + 1, "invalid_request")])
def test_a_form_is_read_up_to_its_limit(world: World, client: NewClient, size: int, error: str) -> None:
    form = f"grant_type=client_credentials&client_id={client.consumer_key}&client_secret="
    body = form.encode().ljust(size, b"x")
    answer = world.call("POST", "/token", body, Content_Type="application/x-www-form-urlencoded")
    assert answer.json["error"] == error


def test_a_deleted_client_gets_no_token(world: World) -> None:
    made = world.new_client()
    world.clients.delete(made.name)
    form = {"grant_type": "client_credentials", "client_id": made.consumer_key, "client_secret": made.consumer_secret}
    answer = requests.post(f"{world.platform.api_url}/token", data=form, timeout=TIMEOUT_S)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert world.js(made, "/js/event/new", a=1).status == 401


def test_a_client_over_its_quota_is_told_when_to_come_back(world: World) -> None:
    made = world.clients.create(ClientName("limited"), quota=Quota(events_per_day=3))
    token = world.token(made)
    assert [accepted(world, token) for _ in range(3)] == [200] * 3
    answer = world.call("POST", "/events", json.dumps(EVENT).encode(), Authorization=f"Bearer {token}")
    assert (answer.status, answer.json["error_id"]) == (429, 140)
    assert answer.json["details"] == [{"loc": ["quota"], "msg": "at most 3 events per day"}]
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400
    assert world.js(made, "/js/event/new", a=1).status == 429
