"""Changing clients: each change is planned on a snapshot and written in one transaction.

Every change of a client also writes its record with the next revision, on the condition that nobody wrote that revision
first. Two operators at once therefore never lose each other's change: the later one plans again on what it then sees.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from augury.aws import ConditionFailed, Removal, SecretStore, Table, Write
from augury.aws.connection import Connection
from augury.clients import changes
from augury.clients.changes import Change, NewKey, NewSecret, Replacement
from augury.clients.credentials import Credential, CredentialKind, SecretTerm
from augury.clients.digests import digest_address, digest_item
from augury.clients.origins import check_origins
from augury.clients.partitions import CLIENT
from augury.clients.records import UNLIMITED, ClientRecord, Quota
from augury.clients.secrets import (
    Pepper,
    check_custom_key,
    check_custom_secret,
    mint_key,
    mint_secret,
    mint_secret_id,
)
from augury.clients.store import ClientSnapshot, ClientStore
from augury.config import Deployment
from augury.names import ClientName
from augury.routes import Scope

_EVERY_SCOPE = frozenset(Scope)
_ATTEMPTS = 10


class ClientExists(Exception):
    """The client's name or one of its keys is taken; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made, with the only showing of its secret."""

    name: ClientName
    js_key: str
    consumer_key: str
    consumer_secret: str

    def __repr__(self) -> str:
        return f"NewClient(name={self.name!r}, js_key={self.js_key!r}, consumer_key={self.consumer_key!r})"


@dataclass(frozen=True, slots=True)
class RotatedSecret:
    """A consumer key with a secret just made, and its only showing."""

    replacement: Replacement
    secret: str

    def __repr__(self) -> str:
        return f"RotatedSecret(replacement={self.replacement!r})"


class ClientAdmin(ClientStore):
    """Clients and credentials of one deployment, for changing.

    Parameters
    ----------
    table : Table
        The deployment's table.
    pepper : Pepper
        What digests of secrets are keyed with.
    now : callable, optional
        Clock, seconds since 1970.
    """

    def __init__(self, table: Table, pepper: Pepper, now: Callable[[], float] = time.time) -> None:
        super().__init__(table)
        self._pepper = pepper
        self._now = now

    @classmethod
    def of(cls, deployment: Deployment, connection: Connection) -> Self:
        """Return the clients of a deployment."""
        secret = SecretStore(connection.secretsmanager(), deployment.pepper_secret)
        return cls(Table(connection.dynamodb(), deployment.table), Pepper(secret))

    def create(
        self,
        name: ClientName,
        *,
        js_key: str | None = None,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        scopes: Iterable[Scope] = _EVERY_SCOPE,
        origins: Sequence[str] | None = None,
        quota: Quota | None = None,
        expires_at: int | None = None,
    ) -> NewClient:
        """Make a client with a js key and an OAuth pair, all in one transaction.

        Parameters
        ----------
        name : ClientName
            Its name.
        js_key, consumer_key : str, optional
            Keys to use instead of new random ones.
        consumer_secret : str, optional
            Secret of 32 to 256 characters to use instead of a new random one.
        scopes : iterable of Scope
            What both keys may be used for; everything unless given.
        origins : sequence of str, optional
            Web origins whose pages may read answers to the js key; any unless given.
        quota : Quota, optional
            How much it may send; any number of events unless given.
        expires_at : int, optional
            Seconds since 1970 at which the js key and the secret end; never unless given.

        Raises
        ------
        ClientExists
            The name or a key is taken, perhaps by a deleted client.
        ValueError
            A custom key, secret, scope, origin or expiry breaks the rules; the message names it.
        """
        now, quota, allowed = int(self._now()), quota or UNLIMITED, _checked_scopes(scopes)
        _check_expiry(expires_at, now)
        made = NewClient(
            name=name,
            js_key=mint_key("js") if js_key is None else check_custom_key(js_key, "js key"),
            consumer_key=mint_key("key") if consumer_key is None else check_custom_key(consumer_key, "consumer key"),
            consumer_secret=mint_secret() if consumer_secret is None else check_custom_secret(consumer_secret),
        )
        if made.js_key == made.consumer_key:
            raise ValueError("js key and consumer key must differ")
        term = SecretTerm(mint_secret_id(), now, expires_at)
        js = Credential(
            key=made.js_key, client=name, kind=CredentialKind.JS, scopes=allowed, created_at=now,
            expires_at=expires_at, origins=check_origins(origins), quota=quota,
        )  # fmt: skip
        oauth = Credential(
            key=made.consumer_key, client=name, kind=CredentialKind.OAUTH, scopes=allowed, created_at=now,
            secrets=(term,), quota=quota,
        )  # fmt: skip
        digests = {(oauth.key, term.secret_id): self._pepper.digest(made.consumer_secret)}
        self._create(Change(ClientRecord(name, now, quota=quota), (js, oauth), made, digests))
        return made

    def set_quota(self, name: ClientName, revise: Callable[[Quota], Quota]) -> ClientRecord:
        """Change how much a client may send; functions know it within 60 s.

        Parameters
        ----------
        name : ClientName
            The client.
        revise : callable
            Makes the new quota of the one that it has; it may be asked again where another change came first.

        Raises
        ------
        ClientUnknown
            There is no such client.
        """
        return self._change(name, lambda client, now: changes.plan_quota(client, now, revise))

    def set_origins(self, name: ClientName, origins: Sequence[str] | None) -> None:
        """Change the web origins of a client's live js keys; None lets any page read their answers.

        Raises
        ------
        ClientUnknown
            There is no such client.
        ValueError
            Something is no origin.
        """
        checked = check_origins(origins)
        self._change(name, lambda client, now: changes.plan_origins(client, now, checked))

    def delete(self, name: ClientName) -> ClientRecord:
        """End a client: its keys stop within 60 s, and neither they nor its name are ever given again.

        Raises
        ------
        ClientUnknown
            There is no such client.
        """
        return self._change(name, changes.plan_deletion)

    def revoke(self, name: ClientName, key: str, secret_id: str | None = None) -> Credential:
        """End a key, or one secret of it, and its tokens: functions know it within 60 s.

        Parameters
        ----------
        name : ClientName
            Whose key.
        key : str
            The key. Revoking a revoked one changes nothing.
        secret_id : str, optional
            Which of its secrets; the whole key unless given.

        Raises
        ------
        ClientUnknown
            There is no such client.
        ValueError
            The client has no such key, or the key no such secret.
        """
        return self._change(name, lambda client, _: changes.plan_revocation(client, key, secret_id))

    def rotate_js_key(
        self,
        name: ClientName,
        *,
        grace_s: int,
        key: str | None = None,
        scopes: Iterable[Scope] | None = None,
        origins: Sequence[str] | None = None,
        expires_at: int | None = None,
    ) -> Replacement:
        """Make a new js key; the ones that were good end when the grace does.

        Parameters
        ----------
        name : ClientName
            Whose key.
        grace_s : int
            Seconds for which the old keys stay good.
        key : str, optional
            Key to use instead of a new random one.
        scopes, origins : optional
            What the new key may be used for, and by which pages; as the old one unless given.
        expires_at : int, optional
            Seconds since 1970 at which the new key ends; never unless given.

        Raises
        ------
        ClientUnknown
            There is no such client.
        ClientExists
            The custom key belongs to another client.
        ValueError
            An argument breaks the rules, the key was made before, or the client has too many live keys.
        """
        self._check_times(grace_s, expires_at)
        new = NewKey(
            key=mint_key("js") if key is None else check_custom_key(key, "js key"),
            minted="",
            scopes=None if scopes is None else _checked_scopes(scopes),
            expires_at=expires_at,
            origins=check_origins(origins),
        )
        return self._change(name, lambda client, now: changes.plan_js_rotation(client, now, new, grace_s), new.key)

    def rotate_secret(
        self,
        name: ClientName,
        *,
        grace_s: int,
        key: str | None = None,
        secret: str | None = None,
        scopes: Iterable[Scope] | None = None,
        expires_at: int | None = None,
    ) -> RotatedSecret:
        """Give a client's consumer key a new secret; the one that was good ends when the grace does.

        Parameters
        ----------
        name : ClientName
            Whose key.
        grace_s : int
            Seconds for which the old secret, and the tokens fetched with it, stay good.
        key : str, optional
            Consumer key to use from now on. Another one than the client has is made new, and the old one ends with its
            secret. A client whose consumer keys are all revoked gets a new one in any case.
        secret : str, optional
            Secret of 32 to 256 characters to use instead of a new random one.
        scopes : iterable of Scope, optional
            What the key may be used for, with either secret; unchanged unless given.
        expires_at : int, optional
            Seconds since 1970 at which the new secret ends; never unless given.

        Raises
        ------
        ClientUnknown
            There is no such client.
        ClientExists
            The custom key belongs to another client.
        ValueError
            An argument breaks the rules, or an earlier rotation's grace lasts still.
        """
        self._check_times(grace_s, expires_at)
        new = NewKey(
            key=None if key is None else check_custom_key(key, "consumer key"),
            minted=mint_key("key"),
            scopes=None if scopes is None else _checked_scopes(scopes),
            expires_at=expires_at,
        )
        shown = mint_secret() if secret is None else check_custom_secret(secret)
        kept = NewSecret(mint_secret_id(), self._pepper.digest(shown))
        replacement = self._change(
            name, lambda client, now: changes.plan_secret_rotation(client, now, new, kept, grace_s), key
        )
        return RotatedSecret(replacement, shown)

    def _check_times(self, grace_s: int, expires_at: int | None) -> None:
        if grace_s < 0:
            raise ValueError("grace must not be negative")
        _check_expiry(expires_at, int(self._now()))

    def _create(self, change: Change[NewClient]) -> None:
        name = change.record.name
        try:
            self._table.transact([Write(change.record.to_item(), must_be_new=True), *_writes(change, {})])
        except ConditionFailed as failure:
            if 0 not in failure.failed:
                raise ClientExists(f"client {name!r} was not made: a key of it belongs to a client already") from None
            if self.exists(name):
                raise ClientExists(f"client {name!r} exists already") from None
            raise ClientExists(f"client {name!r} was deleted, and its name is not given again") from None

    def _change[T](
        self, name: ClientName, plan: Callable[[ClientSnapshot, int], Change[T]], new_key: str | None = None
    ) -> T:
        """Plan on what is there and write it whole; where another change came first, plan again."""
        for _ in range(_ATTEMPTS):
            client = self.snapshot(name)
            change = plan(client, int(self._now()))
            record = replace(change.record, revision=client.record.revision + 1)
            head = Write(record.to_item(), expected={"revision": client.record.revision})
            try:
                self._table.transact([head, *_writes(change, {one.key: one for one in client.credentials})])
            except ConditionFailed as failure:
                if 0 not in failure.failed:
                    raise ClientExists(f"key {new_key!r} belongs to another client") from None
            else:
                return change.outcome
        raise ConditionFailed(f"client {name!r} is being changed by others all the time; nothing was written")


def _writes(change: Change[Any], known: dict[str, Credential]) -> Iterator[Write | Removal]:
    """Yield the writes of a change's keys and secrets; a key that is not known yet must be nobody else's."""
    for credential in change.credentials:
        before = known.get(credential.key)
        if before is None:
            yield Write({"pk": f"{CLIENT}{credential.client}", "sk": f"KEY#{credential.key}"}, must_be_new=True)
        yield Write(credential.to_item(), must_be_new=before is None)
        gone = {term.secret_id for term in before.secrets} if before else set()
        for secret_id in sorted(gone - {term.secret_id for term in credential.secrets}):
            yield Removal(*digest_address(credential.key, secret_id))
    for (key, secret_id), digest in change.digests.items():
        yield Write(digest_item(key, secret_id, digest), must_be_new=True)


def _check_expiry(expires_at: int | None, now: int) -> None:
    if expires_at is not None and expires_at <= now:
        raise ValueError("expiry must be in the future")


def _checked_scopes(scopes: Iterable[Scope]) -> frozenset[Scope]:
    if not (checked := frozenset(map(Scope, scopes))):
        raise ValueError("a key needs at least one scope: events, predict or both")
    return checked
