"""A credential: what a key may do, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from augury.names import ClientName
from augury.routes import Scope

if TYPE_CHECKING:
    from augury.aws import Item


class CredentialKind(StrEnum):
    """How a credential is used."""

    JS = "js"
    """A public key in a page's requests, good for the ``/js`` routes only."""
    OAUTH = "all"
    """A key with a secret, exchanged for tokens. Seldon called its scope ``all``."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One key of one client.

    Parameters
    ----------
    key : str
        The consumer key, unique among all clients.
    client : ClientName
        Whose key it is.
    kind : CredentialKind
        How it is used.
    scopes : frozenset of Scope
        What it may be used for.
    secret_digest : str or None
        What is kept of its secret; None for a js key.
    active : bool
        False once revoked.
    created_at : str
        RFC 3339 time in UTC.
    """

    key: str
    client: ClientName
    kind: CredentialKind
    scopes: frozenset[Scope]
    secret_digest: str | None
    active: bool
    created_at: str

    @staticmethod
    def address(key: str) -> tuple[str, str]:
        """Return the partition and sort key under which a key's credential is kept."""
        return f"KEY#{key}", "CREDENTIAL"

    def to_item(self) -> Item:
        """Return the credential as a table item."""
        pk, sk = self.address(self.key)
        return {
            "pk": pk,
            "sk": sk,
            "client": str(self.client),
            "kind": self.kind.value,
            "scopes": sorted(scope.value for scope in self.scopes),
            "secret_digest": self.secret_digest,
            "active": self.active,
            "created_at": self.created_at,
        }

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> Self:
        """Return the credential that an item holds."""
        return cls(
            key=item["pk"].removeprefix("KEY#"),
            client=ClientName(item["client"]),
            kind=CredentialKind(item["kind"]),
            scopes=frozenset(map(Scope, item["scopes"])),
            secret_digest=item["secret_digest"],
            active=item["active"],
            created_at=item["created_at"],
        )
