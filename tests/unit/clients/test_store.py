"""Clients and their credentials in the table."""

from __future__ import annotations

import hmac
import re
from typing import Any
from zlib import crc32

import pytest

from augury.aws import Table
from augury.clients import ClientAdmin, ClientExists, CredentialKind, NewClient, Pepper, Quota
from augury.names import ClientName
from augury.routes import Scope
from tests.unit.clients.conftest import Clock

SECRET = "s" * 32


def scan(table: Table) -> list[dict[str, Any]]:
    items = table._client.scan(TableName=table.name)["Items"]
    return [{name: next(iter(value.values())) for name, value in item.items()} for item in items]


def test_a_new_client_has_two_credentials_that_are_found_by_key(clients: ClientAdmin, acme: NewClient) -> None:
    js, oauth = clients.credential(acme.js_key), clients.credential(acme.consumer_key)
    assert js is not None
    assert oauth is not None
    assert (js.client, js.kind, js.secrets) == ("acme", CredentialKind.JS, ())
    assert (oauth.client, oauth.kind, oauth.scopes) == ("acme", CredentialKind.OAUTH, frozenset(Scope))


def test_a_clients_words_come_back(clients: ClientAdmin, clock: Clock) -> None:
    end = int(clock.now_s) + 60
    made = clients.create(
        ClientName("acme"), scopes=[Scope.EVENTS], origins=["https://shop.example"], quota=Quota(5, 70), expires_at=end
    )
    js, oauth = clients.credential(made.js_key), clients.credential(made.consumer_key)
    assert js is not None
    assert oauth is not None
    assert js.scopes == oauth.scopes == {Scope.EVENTS}
    assert js.quota == oauth.quota == Quota(5, 70)
    assert (js.origins, oauth.origins, js.expires_at) == (("https://shop.example",), None, end)
    assert [term.expires_at for term in oauth.secrets] == [end]


def test_a_digest_names_its_scheme_and_needs_the_pepper(table: Table, pepper: Pepper, acme: NewClient) -> None:
    [item] = [item for item in scan(table) if item["pk"] == f"SECRET#{acme.consumer_key}"]
    keyed = hmac.new(b"a pepper of these tests", acme.consumer_secret.encode(), "sha256").hexdigest()
    assert item["digest"] == f"hmac-sha256:{keyed}" == pepper.digest(acme.consumer_secret)


def test_what_a_function_reads_of_a_key_holds_no_digest(table: Table, pepper: Pepper, acme: NewClient) -> None:
    item = table.get(f"KEY#{acme.consumer_key}", "CREDENTIAL")
    assert pepper.digest(acme.consumer_secret) not in repr(item)


@pytest.mark.parametrize("key", ["", "ab", "a b", "x" * 129, "x" * 5_000, "ü" * 9, "a\x00bc", "a#b"])
def test_what_can_be_no_key_is_unknown_without_asking_the_table(clients: ClientAdmin, table: Table, key: str) -> None:
    table.name = "missing"
    assert clients.credential(key) is None


def test_no_secret_is_kept(table: Table, acme: NewClient) -> None:
    kept = repr(scan(table))
    assert acme.consumer_key in kept
    assert acme.consumer_secret not in kept
    assert acme.consumer_secret not in repr(acme)


def test_secrets_carry_a_prefix_and_a_checksum(acme: NewClient) -> None:
    match = re.fullmatch(r"augury_sk_([\w-]{43})_([0-9a-f]{8})", acme.consumer_secret)
    assert match is not None
    assert int(match[2], 16) == crc32(match[1].encode())


def test_clients_are_listed_by_name(clients: ClientAdmin) -> None:
    for name in ("zeta", "acme"):
        clients.create(ClientName(name))
    assert [client.name for client in clients.list()] == ["acme", "zeta"]


def test_a_name_is_given_once(clients: ClientAdmin, acme: NewClient) -> None:
    with pytest.raises(ClientExists):
        clients.create(ClientName("acme"))
    assert clients.credential(acme.consumer_key) is not None


def test_a_key_belongs_to_one_client_and_a_refused_client_leaves_nothing(clients: ClientAdmin) -> None:
    clients.create(ClientName("acme"), consumer_key="shared-key")
    with pytest.raises(ClientExists):
        clients.create(ClientName("other"), consumer_key="shared-key", js_key="other-js")
    assert not clients.exists(ClientName("other"))
    assert clients.credential("other-js") is None


def test_custom_keys_are_used_as_they_are(clients: ClientAdmin) -> None:
    made = clients.create(ClientName("acme"), js_key="js-1", consumer_key="key-1", consumer_secret=SECRET)
    assert (made.js_key, made.consumer_key, made.consumer_secret) == ("js-1", "key-1", SECRET)


@pytest.mark.parametrize(
    ("custom", "named"),
    [
        ({"consumer_secret": "s" * 31}, "consumer secret"),
        ({"consumer_key": "a b"}, "consumer key"),
        ({"consumer_key": ""}, "consumer key"),
        ({"js_key": "x" * 129}, "js key"),
        ({"consumer_secret": "s" * 257}, "consumer secret"),
        ({"consumer_secret": "s" * 40 + "\ud800"}, "consumer secret"),
        ({"js_key": "same-key", "consumer_key": "same-key"}, "differ"),
        ({"origins": ["https://shop.example/path"]}, "origin"),
        ({"origins": ["*"]}, "origin"),
        ({"origins": [f"https://{i}.example" for i in range(101)]}, "origins"),
        ({"scopes": ()}, "scope"),
        ({"expires_at": 1_795_426_200}, "expiry"),
    ],
)
def test_custom_keys_that_break_the_rules_are_named(clients: ClientAdmin, custom: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        clients.create(ClientName("acme"), **custom)
    assert not clients.exists(ClientName("acme"))
