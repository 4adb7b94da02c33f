"""Who is calling."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import jwt
import pytest

from augury.aws import SecretStore, Table
from augury.clients import Authenticator, ClientAdmin, NewClient, Presented, TokenEndpoint
from augury.clients.look_ups import CACHE_S, FRESH_S
from augury.clients.signing import MAX_PUBLIC_KEYS, SigningKey, read_public_keys
from augury.clients.tokens import MAX_TOKEN_LENGTH
from augury.errors import Kind
from augury.names import ClientName
from augury.routes import Scope
from tests.unit.clients.conftest import EVENTS, JS_EVENT, PREDICT, Clock, bearer, refusal, rotate
from tests.unit.clients.conftest import token as fetched


def token(endpoint: TokenEndpoint, client: NewClient, **form: str) -> str:
    return fetched(endpoint, client.consumer_key, client.consumer_secret, **form)


def test_a_token_stands_for_its_client(authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient) -> None:
    caller = authenticator.authenticate(bearer(token(endpoint, acme)), EVENTS)
    assert (caller.client, caller.consumer_key) == ("acme", acme.consumer_key)


def test_a_js_key_stands_for_its_client_on_its_routes_only(authenticator: Authenticator, acme: NewClient) -> None:
    presented = Presented(consumer_key=acme.js_key)
    assert authenticator.authenticate(presented, JS_EVENT).client == "acme"
    assert refusal(authenticator, presented, EVENTS) is Kind.TOKEN_MISSING


def test_an_oauth_key_is_no_js_key(authenticator: Authenticator, acme: NewClient) -> None:
    assert refusal(authenticator, Presented(consumer_key=acme.consumer_key), JS_EVENT) is Kind.KEY_UNKNOWN


@pytest.mark.parametrize(
    ("presented", "kind"),
    [
        (Presented(), Kind.TOKEN_MISSING),
        (Presented("Basic abc"), Kind.TOKEN_MISSING),
        (Presented("Bearer "), Kind.TOKEN_MISSING),
        (Presented("Bearer abc"), Kind.TOKEN_UNKNOWN),
        (Presented("Bearer a.b.c"), Kind.TOKEN_UNKNOWN),
        (Presented("Bearer ü.ü.ü"), Kind.TOKEN_UNKNOWN),
    ],
)
def test_what_is_no_token_is_401(authenticator: Authenticator, presented: Presented, kind: Kind) -> None:
    assert refusal(authenticator, presented) is kind
    assert kind.status == 401


@pytest.mark.parametrize(("key", "kind"), [(None, Kind.KEY_MISSING), ("", Kind.KEY_MISSING), ("x", Kind.KEY_UNKNOWN)])
def test_a_missing_or_unknown_js_key_is_401(authenticator: Authenticator, key: str | None, kind: Kind) -> None:
    assert refusal(authenticator, Presented(consumer_key=key), JS_EVENT) is kind


def test_a_token_expires_even_while_it_is_cached(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, clock: Clock
) -> None:
    presented = bearer(token(endpoint, acme))
    clock.now_s += 890
    authenticator.authenticate(presented, EVENTS)
    clock.now_s += 11
    assert refusal(authenticator, presented) is Kind.TOKEN_EXPIRED


def test_a_token_without_the_scope_is_403(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient
) -> None:
    presented = bearer(token(endpoint, acme, scope="predict"))
    assert authenticator.authenticate(presented, PREDICT).client == "acme"
    assert refusal(authenticator, presented, EVENTS) is Kind.SCOPE_MISSING


def test_a_token_signed_by_another_key_is_unknown(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient
) -> None:
    genuine = token(endpoint, acme)
    claims = jwt.decode(genuine, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(genuine)["kid"]}
    forged = jwt.encode(claims, SigningKey.generate().private_key, algorithm="ES256", headers=headers)
    assert refusal(authenticator, bearer(forged)) is Kind.TOKEN_UNKNOWN


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_of_another_algorithm_is_unknown(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, algorithm: str
) -> None:
    genuine = token(endpoint, acme)
    claims = jwt.decode(genuine, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(genuine)["kid"]}
    key = "" if algorithm == "none" else "k" * 32
    forged = jwt.encode(claims, key, algorithm=algorithm, headers=headers)
    assert refusal(authenticator, bearer(forged)) is Kind.TOKEN_UNKNOWN


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"aud": "another"}, None),
        ({"iss": "another"}, None),
        ({"sub": "../acme"}, None),
        ({"sub": "other"}, None),
        ({"azp": "augury_key_of-nobody"}, None),
        ({"azp": "x" * 5_000}, None),
        ({"secret_id": "0000"}, None),
        ({"scope": "everything"}, None),
        ({}, "aud"),
        ({}, "iss"),
        ({}, "exp"),
        ({}, "secret_id"),
    ],
)
def test_a_well_signed_token_that_says_something_else_is_unknown(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, secret: SecretStore,
    changed: dict[str, str], missing: str | None,
) -> None:  # fmt: skip
    key = SigningKey.from_secret(secret.read())
    claims = jwt.decode(token(endpoint, acme), options={"verify_signature": False}) | changed
    claims.pop(missing or "", None)
    text = jwt.encode(claims, key.private_key, algorithm="ES256", headers={"kid": key.kid})
    assert refusal(authenticator, bearer(text)) is Kind.TOKEN_UNKNOWN


def test_a_token_signed_with_the_public_key_as_a_password_is_unknown(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, table: Table
) -> None:
    genuine = token(endpoint, acme)
    [(kid, pem)] = read_public_keys(table).items()
    header, body = (json.dumps(part).encode() for part in ({"alg": "HS256", "kid": kid}, {"sub": "acme"}))
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, body))
    mac = base64.urlsafe_b64encode(hmac.digest(pem.encode(), signed, "sha256")).rstrip(b"=")
    assert refusal(authenticator, bearer(f"{signed.decode()}.{mac.decode()}")) is Kind.TOKEN_UNKNOWN
    assert authenticator.authenticate(bearer(genuine), EVENTS).client == "acme"


@pytest.mark.parametrize("kid", ["../PUBLIC_KEYS", "x" * 1_500, "0123456789abcdeF", None])
def test_what_can_be_no_key_id_is_unknown_without_asking_the_table(
    authenticator: Authenticator, acme: NewClient, table: Table, kid: str | None
) -> None:
    key, table.name = SigningKey.generate(), "missing"
    text = jwt.encode({"sub": "acme"}, key.private_key, algorithm="ES256", headers={"kid": kid} if kid else {})
    assert refusal(authenticator, bearer(text)) is Kind.TOKEN_UNKNOWN


def test_an_oversized_token_is_unknown_without_being_read(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = token(endpoint, acme)
    assert len(longest) < MAX_TOKEN_LENGTH / 2
    monkeypatch.setattr(jwt, "get_unverified_header", lambda text: pytest.fail("it was read"))
    assert refusal(authenticator, bearer("x" * (MAX_TOKEN_LENGTH + 1))) is Kind.TOKEN_UNKNOWN


def test_a_signing_key_that_is_no_longer_published_stops_within_60_seconds(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, secret: SecretStore, table: Table,
    clock: Clock,
) -> None:  # fmt: skip
    leaked = token(endpoint, acme)
    authenticator.authenticate(bearer(leaked), EVENTS)
    for _ in range(MAX_PUBLIC_KEYS):
        rotate(secret, table)
    clock.now_s += CACHE_S
    assert refusal(authenticator, bearer(leaked)) is Kind.TOKEN_UNKNOWN


def test_tokens_of_the_key_before_a_rotation_are_still_good(
    authenticator: Authenticator,
    endpoint: TokenEndpoint,
    acme: NewClient,
    secret: SecretStore,
    table: Table,
    clock: Clock,
) -> None:
    before = token(endpoint, acme)
    rotate(secret, table)
    clock.now_s += CACHE_S
    after = token(endpoint, acme)
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    for text in (before, after):
        assert authenticator.authenticate(bearer(text), EVENTS).client == "acme"


@pytest.mark.parametrize("js", [True, False])
def test_a_revoked_credential_stops_when_it_is_looked_up_again_its_tokens_included(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, clients: ClientAdmin,
    clock: Clock, js: bool,
) -> None:  # fmt: skip
    presented = Presented(consumer_key=acme.js_key) if js else bearer(token(endpoint, acme))
    asked = JS_EVENT if js else EVENTS
    authenticator.authenticate(presented, asked)
    clients.revoke(ClientName("acme"), acme.js_key if js else acme.consumer_key)
    clock.now_s += FRESH_S - 1
    authenticator.authenticate(presented, asked)
    clock.now_s += 1
    assert refusal(authenticator, presented, asked).status == 401


@pytest.mark.parametrize("js", [True, False])
def test_a_revoked_credential_stops_within_60_seconds_though_the_table_fails(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, clients: ClientAdmin, table: Table,
    clock: Clock, js: bool,
) -> None:  # fmt: skip
    presented = Presented(consumer_key=acme.js_key) if js else bearer(token(endpoint, acme))
    asked = JS_EVENT if js else EVENTS
    authenticator.authenticate(presented, asked)
    clients.revoke(ClientName("acme"), acme.js_key if js else acme.consumer_key)
    table.name = "missing-table"
    clock.now_s += CACHE_S - 1
    authenticator.authenticate(presented, asked)
    clock.now_s += 1
    assert refusal(authenticator, presented, asked) is Kind.UNAVAILABLE


@pytest.mark.parametrize("js", [True, False])
def test_a_table_that_fails_for_less_than_half_a_minute_is_noticed_by_no_known_caller(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, table: Table, clock: Clock, js: bool
) -> None:
    presented = Presented(consumer_key=acme.js_key) if js else bearer(token(endpoint, acme))
    asked = JS_EVENT if js else EVENTS
    authenticator.authenticate(presented, asked)
    name = table.name
    for second in range(180):
        table.name = "missing-table" if 29 <= second % 60 < 57 else name
        assert authenticator.authenticate(presented, asked).client == "acme"
        clock.now_s += 1


def test_a_withdrawn_public_key_stops_within_60_seconds(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, table: Table, clock: Clock
) -> None:
    presented = bearer(token(endpoint, acme))
    authenticator.authenticate(presented, EVENTS)
    table.put({"pk": "SIGNING", "sk": "PUBLIC_KEYS", "keys": []})
    clock.now_s += CACHE_S
    assert refusal(authenticator, presented) is Kind.TOKEN_UNKNOWN


def test_a_key_that_could_not_be_one_is_401_without_a_look_at_the_table(
    authenticator: Authenticator, table: Table
) -> None:
    table.name = "missing-table"
    for key in ("x" * 3_000, "a b", "é" * 10):
        assert refusal(authenticator, Presented(consumer_key=key), JS_EVENT) is Kind.KEY_UNKNOWN


def test_a_failing_key_store_is_503_and_is_asked_again_at_once(
    authenticator: Authenticator, table: Table, acme: NewClient
) -> None:
    name, table.name = table.name, "missing-table"
    presented = Presented(consumer_key=acme.js_key)
    assert refusal(authenticator, presented, JS_EVENT) is Kind.UNAVAILABLE
    table.name = name
    assert authenticator.authenticate(presented, JS_EVENT).client == "acme"


def test_a_token_for_a_scope_that_the_credential_lost_is_403(
    authenticator: Authenticator, endpoint: TokenEndpoint, acme: NewClient, clients: ClientAdmin, table: Table
) -> None:
    presented = bearer(token(endpoint, acme))
    credential = clients.credential(acme.consumer_key)
    assert credential is not None
    table.put(replace(credential, scopes=frozenset({Scope.PREDICT})).to_item())
    assert refusal(authenticator, presented, EVENTS) is Kind.SCOPE_MISSING
