"""Clients and their credentials in the table."""

from __future__ import annotations

import re
from zlib import crc32

import pytest

from augury.aws import Table
from augury.clients import ClientStore, CredentialKind, NewClient
from augury.clients.store import ClientExists
from augury.names import ClientName
from augury.routes import Scope

SECRET = "s" * 32


def test_a_new_client_has_two_credentials_that_are_found_by_key(clients: ClientStore, acme: NewClient) -> None:
    js, oauth = clients.credential(acme.js_key), clients.credential(acme.consumer_key)
    assert js is not None
    assert oauth is not None
    assert (js.client, js.kind, js.secret_digest) == ("acme", CredentialKind.JS, None)
    assert (oauth.client, oauth.kind, oauth.scopes) == ("acme", CredentialKind.OAUTH, frozenset(Scope))


def test_no_secret_is_kept(table: Table, acme: NewClient) -> None:
    kept = repr(list(table._client.scan(TableName=table.name)["Items"]))
    assert acme.consumer_key in kept
    assert acme.consumer_secret not in kept
    assert acme.consumer_secret not in repr(acme)


def test_secrets_carry_a_prefix_and_a_checksum(acme: NewClient) -> None:
    match = re.fullmatch(r"augury_sk_([\w-]{43})_([0-9a-f]{8})", acme.consumer_secret)
    assert match is not None
    assert int(match[2], 16) == crc32(match[1].encode())


def test_clients_are_listed_by_name(clients: ClientStore) -> None:
    for name in ("zeta", "acme"):
        clients.create(ClientName(name))
    assert [client.name for client in clients.list()] == ["acme", "zeta"]


def test_a_name_is_given_once(clients: ClientStore, acme: NewClient) -> None:
    with pytest.raises(ClientExists):
        clients.create(ClientName("acme"))
    assert clients.credential(acme.consumer_key) is not None


def test_a_key_belongs_to_one_client_and_a_refused_client_leaves_nothing(clients: ClientStore) -> None:
    clients.create(ClientName("acme"), consumer_key="shared-key")
    with pytest.raises(ClientExists):
        clients.create(ClientName("other"), consumer_key="shared-key", js_key="other-js")
    assert not clients.exists(ClientName("other"))
    assert clients.credential("other-js") is None


def test_custom_keys_are_used_as_they_are(clients: ClientStore) -> None:
    made = clients.create(ClientName("acme"), js_key="js-1", consumer_key="key-1", consumer_secret=SECRET)
    assert (made.js_key, made.consumer_key, made.consumer_secret) == ("js-1", "key-1", SECRET)


@pytest.mark.parametrize(
    ("custom", "named"),
    [
        ({"consumer_secret": "s" * 31}, "consumer secret"),
        ({"consumer_key": "a b"}, "consumer key"),
        ({"consumer_key": ""}, "consumer key"),
        ({"js_key": "x" * 129}, "js key"),
        ({"js_key": "same-key", "consumer_key": "same-key"}, "differ"),
    ],
)
def test_custom_keys_that_break_the_rules_are_named(clients: ClientStore, custom: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        clients.create(ClientName("acme"), **custom)
    assert not clients.exists(ClientName("acme"))
