"""Clients and their credentials in the table.

A client is an item of the partition ``CLIENTS``; each of its keys is an item of its own, found by the key alone, and is
named once more in the client's partition so that they can be listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from augury.aws import ConditionFailed, Table, Write
from augury.clients.credentials import Credential, CredentialKind
from augury.clients.secrets import (
    check_custom_key,
    check_custom_secret,
    digest_secret,
    may_be_key,
    mint_key,
    mint_secret,
)
from augury.names import ClientName
from augury.routes import Scope

_EVERY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A client as the table knows it."""

    name: ClientName
    created_at: str


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made, with the only showing of its secret."""

    name: ClientName
    js_key: str
    consumer_key: str
    consumer_secret: str

    def __repr__(self) -> str:
        return f"NewClient(name={self.name!r}, js_key={self.js_key!r}, consumer_key={self.consumer_key!r})"


class ClientExists(Exception):
    """The client's name or one of its keys is taken; nothing was written."""


class ClientStore:
    """Clients and credentials of one deployment.

    Parameters
    ----------
    table : Table
        The deployment's table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(
        self,
        name: ClientName,
        *,
        js_key: str | None = None,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
    ) -> NewClient:
        """Make a client with a js key and an OAuth pair, all in one transaction.

        Parameters
        ----------
        name : ClientName
            Its name.
        js_key, consumer_key : str, optional
            Keys to use instead of new random ones.
        consumer_secret : str, optional
            Secret of at least 32 characters to use instead of a new random one.

        Raises
        ------
        ClientExists
            The name or a key is taken.
        ValueError
            A custom key or secret breaks the rules; the message names it.
        """
        client = NewClient(
            name=name,
            js_key=check_custom_key(js_key, "js key") if js_key is not None else mint_key("js"),
            consumer_key=(
                check_custom_key(consumer_key, "consumer key") if consumer_key is not None else mint_key("key")
            ),
            consumer_secret=check_custom_secret(consumer_secret) if consumer_secret is not None else mint_secret(),
        )
        if client.js_key == client.consumer_key:
            raise ValueError("js key and consumer key must differ")
        created_at = datetime.now(UTC).isoformat(timespec="seconds")
        writes = [Write({"pk": "CLIENTS", "sk": str(name), "created_at": created_at}, must_be_new=True)]
        for credential in _credentials(client, created_at):
            writes.append(Write(credential.to_item(), must_be_new=True))
            writes.append(Write({"pk": f"CLIENT#{name}", "sk": f"KEY#{credential.key}"}, must_be_new=True))
        try:
            self._table.transact(writes)
        except ConditionFailed:
            raise ClientExists(
                f"client {name!r} exists already, or one of its keys belongs to another client"
            ) from None
        return client

    def list(self) -> Iterator[ClientRecord]:
        """Yield every client, by name."""
        for item in self._table.query("CLIENTS"):
            yield ClientRecord(ClientName(item["sk"]), item["created_at"])

    def exists(self, name: ClientName) -> bool:
        """Tell whether a client of that name was made."""
        return self._table.get("CLIENTS", name) is not None

    def credential(self, key: str) -> Credential | None:
        """Return the credential of a key, or None where no client has that key.

        Raises
        ------
        AwsUnavailable
            The table did not answer.
        """
        item = self._table.get(*Credential.address(key)) if may_be_key(key) else None
        return Credential.from_item(item) if item else None


def _credentials(client: NewClient, created_at: str) -> Iterator[Credential]:
    yield Credential(client.js_key, client.name, CredentialKind.JS, _EVERY_SCOPE, None, True, created_at)
    digest = digest_secret(client.consumer_secret)
    yield Credential(client.consumer_key, client.name, CredentialKind.OAUTH, _EVERY_SCOPE, digest, True, created_at)
