"""The token endpoint, as RFC 6749 has it."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from augury.aws import SecretStore, Table
from augury.clients import ClientAdmin, GrantRefused, NewClient, Pepper, TokenEndpoint
from augury.errors import AuguryError, Kind
from augury.names import ClientName

GRANT = {"grant_type": "client_credentials"}


def basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote(key, safe='')}:{quote(secret, safe='')}".encode()).decode()


def test_a_basic_header_gets_a_token(endpoint: TokenEndpoint, acme: NewClient) -> None:
    answer = endpoint.grant(GRANT, basic(acme.consumer_key, acme.consumer_secret))
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 900
    assert answer["scope"] == "events predict"
    assert answer["access_token"].count(".") == 2


def test_a_form_body_gets_a_token(endpoint: TokenEndpoint, acme: NewClient) -> None:
    form = {**GRANT, "client_id": acme.consumer_key, "client_secret": acme.consumer_secret, "scope": "events"}
    assert endpoint.grant(form, None)["scope"] == "events"


def test_seldons_form_fields_get_a_token_without_a_grant_type(endpoint: TokenEndpoint, acme: NewClient) -> None:
    form = {"consumer_key": acme.consumer_key, "consumer_secret": acme.consumer_secret}
    assert endpoint.grant(form, None)["access_token"]


def test_a_secret_with_reserved_characters_survives_the_header(endpoint: TokenEndpoint, clients: ClientAdmin) -> None:
    odd = "100% : secret + é " + "x" * 20
    clients.create(ClientName("odd"), consumer_key="odd-key", consumer_secret=odd)
    assert endpoint.grant(GRANT, basic("odd-key", odd))["access_token"]


@pytest.mark.parametrize(
    ("form", "authorization", "error", "status"),
    [
        ({}, None, "invalid_request", 400),
        ({"grant_type": "password"}, None, "unsupported_grant_type", 400),
        (GRANT, None, "invalid_client", 401),
        ({**GRANT, "client_id": "unknown", "client_secret": "x"}, None, "invalid_client", 401),
        ({**GRANT, "client_id": "unknown"}, None, "invalid_client", 401),
        (GRANT, "Bearer x", "invalid_client", 401),
        (GRANT, "Basic %%%", "invalid_client", 401),
        (GRANT, "Basic " + base64.b64encode(b"no colon").decode(), "invalid_client", 401),
        (GRANT, "Basic " + base64.b64encode(b"\xff:\xff").decode(), "invalid_client", 401),
        ({**GRANT, "client_id": "a", "client_secret": "b"}, "Basic YTpi", "invalid_request", 400),
    ],
)
def test_other_requests_are_refused_in_the_rfcs_words(
    endpoint: TokenEndpoint, form: dict[str, str], authorization: str | None, error: str, status: int
) -> None:
    with pytest.raises(GrantRefused) as refused:
        endpoint.grant(form, authorization)
    assert (refused.value.error, refused.value.status) == (error, status)


def test_a_wrong_secret_and_a_js_key_are_refused_alike(endpoint: TokenEndpoint, acme: NewClient) -> None:
    answers = []
    for key in (acme.consumer_key, acme.js_key, "unknown"):
        with pytest.raises(GrantRefused) as refused:
            endpoint.grant(GRANT, basic(key, "wrong"))
        answers.append(refused.value.as_json())
    assert answers[0] == answers[1] == answers[2]


def test_a_scope_beyond_the_credentials_is_refused(endpoint: TokenEndpoint, acme: NewClient) -> None:
    with pytest.raises(GrantRefused) as refused:
        endpoint.grant({**GRANT, "scope": "events admin"}, basic(acme.consumer_key, acme.consumer_secret))
    assert refused.value.error == "invalid_scope"


def test_before_the_first_rotation_it_is_503(
    pepper: Pepper, secret: SecretStore, table: Table, acme: NewClient
) -> None:
    with pytest.raises(AuguryError) as refused:
        TokenEndpoint(table, pepper, secret, 900).grant(GRANT, basic(acme.consumer_key, acme.consumer_secret))
    assert refused.value.kind is Kind.UNAVAILABLE


def test_a_failing_key_store_is_503_and_not_401(endpoint: TokenEndpoint, table: Table, acme: NewClient) -> None:
    table._client.delete_table(TableName=table.name)
    table.name = "another"
    with pytest.raises(AuguryError) as refused:
        endpoint.grant(GRANT, basic(acme.consumer_key, acme.consumer_secret))
    assert refused.value.kind is Kind.UNAVAILABLE
