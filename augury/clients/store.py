"""Clients and their credentials in the table, for reading.

A client is an item of the partition ``CLIENTS``; each of its keys is an item of its own, found by the key alone, and is
named once more in the client's partition so that they can be listed. Digests of secrets are not read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from augury.aws import Table
from augury.clients.credentials import Credential
from augury.clients.partitions import CLIENT, CLIENTS
from augury.clients.records import ClientRecord
from augury.clients.secrets import may_be_key
from augury.names import ClientName


class ClientUnknown(LookupError):
    """There is no client of that name, or no longer."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class ClientSnapshot:
    """A client with all the keys that it ever had, in the order of their making."""

    record: ClientRecord
    credentials: tuple[Credential, ...]


class ClientStore:
    """Clients and credentials of one deployment.

    Parameters
    ----------
    table : Table
        The deployment's table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def list(self) -> Iterator[ClientRecord]:
        """Yield every client that was not deleted, by name."""
        records = map(ClientRecord.from_item, self._table.query(CLIENTS))
        return (record for record in records if record.deleted_at is None)

    def record(self, name: ClientName) -> ClientRecord | None:
        """Return a client's record, that of a deleted one too, or None where there never was one of that name."""
        item = self._table.get(*ClientRecord.address(name))
        return ClientRecord.from_item(item) if item else None

    def exists(self, name: ClientName) -> bool:
        """Tell whether a client of that name was made and not deleted."""
        record = self.record(name)
        return record is not None and record.deleted_at is None

    def credential(self, key: str) -> Credential | None:
        """Return the credential of a key, or None where no client has that key.

        A text that can't be a key is None without asking the table.

        Raises
        ------
        AwsUnavailable
            The table did not answer.
        """
        item = self._table.get(*Credential.address(key)) if may_be_key(key) else None
        return Credential.from_item(item) if item else None

    def snapshot(self, name: ClientName) -> ClientSnapshot:
        """Return a client with its keys.

        Raises
        ------
        ClientUnknown
            There is no such client; the message says so, or when it was deleted.
        """
        record = self.record(name)
        if record is None or record.deleted_at is not None:
            raise ClientUnknown(f"there is no client {name!r}" if record is None else f"client {name!r} was deleted")
        keys = [item["sk"].removeprefix("KEY#") for item in self._table.query(f"{CLIENT}{name}", "KEY#")]
        found = [credential for key in keys if (credential := self.credential(key))]
        return ClientSnapshot(record, tuple(sorted(found, key=_age)))


def _age(credential: Credential) -> tuple[int, bool]:
    """Order by making; of two made in one second, the one that is ending is the older."""
    return credential.created_at, credential.expires_at is None
