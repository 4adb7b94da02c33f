"""A credential: what a key may do, for whom and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from augury.clients.partitions import CREDENTIAL
from augury.clients.records import UNLIMITED, Quota
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
class SecretTerm:
    """For how long one secret of a key is good; the secret itself, and its digest, are not here.

    Parameters
    ----------
    secret_id : str
        By which it is spoken of, and which its tokens name.
    created_at : int
        Seconds since 1970.
    expires_at : int or None
        Seconds since 1970 from which on it is refused, its tokens included; None for never.
    """

    secret_id: str
    created_at: int
    expires_at: int | None = None

    def is_live(self, now: float) -> bool:
        """Tell whether the secret is good at a time."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One key of one client.

    Parameters
    ----------
    key : str
        The consumer key, unique among all clients, deleted ones included.
    client : ClientName
        Whose key it is.
    kind : CredentialKind
        How it is used.
    scopes : frozenset of Scope
        What it may be used for.
    created_at : int
        Seconds since 1970.
    expires_at : int or None
        Seconds since 1970 from which on it is refused; None for never.
    active : bool
        False once revoked.
    secrets : tuple of SecretTerm
        Its secrets, oldest first: two while a rotation's grace lasts, none for a js key.
    origins : tuple of str or None
        Web origins whose pages may read answers to this js key; None for any.
    quota : Quota
        The client's quota, kept with each of its keys so that a request needs no further look-up.
    """

    key: str
    client: ClientName
    kind: CredentialKind
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None = None
    active: bool = True
    secrets: tuple[SecretTerm, ...] = ()
    origins: tuple[str, ...] | None = None
    quota: Quota = UNLIMITED

    def is_live(self, now: float) -> bool:
        """Tell whether the key is good at a time, whatever its secrets are."""
        return self.active and (self.expires_at is None or now < self.expires_at)

    def live_secrets(self, now: float) -> tuple[SecretTerm, ...]:
        """Return the secrets that are good at a time, oldest first."""
        return tuple(term for term in self.secrets if term.is_live(now)) if self.is_live(now) else ()

    @staticmethod
    def address(key: str) -> tuple[str, str]:
        """Return the partition and sort key under which a key's credential is kept."""
        return f"{CREDENTIAL}{key}", "CREDENTIAL"

    def to_item(self) -> Item:
        """Return the credential as a table item."""
        pk, sk = self.address(self.key)
        return {
            "pk": pk,
            "sk": sk,
            "client": str(self.client),
            "kind": self.kind.value,
            "scopes": sorted(scope.value for scope in self.scopes),
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "active": self.active,
            "secrets": [
                {"secret_id": term.secret_id, "created_at": term.created_at, "expires_at": term.expires_at}
                for term in self.secrets
            ],
            "origins": None if self.origins is None else list(self.origins),
            "quota": self.quota.as_json(),
        }

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Return the credential that an item holds."""
        return cls(
            key=item["pk"].removeprefix(CREDENTIAL),
            client=ClientName(item["client"]),
            kind=CredentialKind(item["kind"]),
            scopes=frozenset(map(Scope, item["scopes"])),
            created_at=item["created_at"],
            expires_at=item["expires_at"],
            active=item["active"],
            secrets=tuple(SecretTerm(**term) for term in item["secrets"]),
            origins=None if item["origins"] is None else tuple(item["origins"]),
            quota=Quota(**item["quota"]),
        )
