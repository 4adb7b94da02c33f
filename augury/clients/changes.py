"""What operators do to a client, planned: pure functions from what is there to what is to be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from augury.clients.credentials import Credential, CredentialKind, SecretTerm
from augury.clients.records import ClientRecord, Quota
from augury.clients.store import ClientSnapshot
from augury.routes import Scope

MAX_LIVE_KEYS = 10
"""Most keys of one client that are good at once, so that all of them can end in one transaction."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a rotation makes.

    Parameters
    ----------
    key : str or None
        The key to use from now on; None for the one that the client has.
    minted : str
        Key to make where ``key`` is None and the client has no live one of that kind.
    scopes : frozenset of Scope or None
        What it may be used for; None for what the old one may.
    expires_at : int or None
        Seconds since 1970 at which it ends; None for never.
    origins : tuple of str or None
        Of a js key; None for those of the old one.
    """

    key: str | None
    minted: str
    scopes: frozenset[Scope] | None = None
    expires_at: int | None = None
    origins: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that a rotation makes, as far as it is kept."""

    secret_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Change[T]:
    """What to write.

    Parameters
    ----------
    record : ClientRecord
        The client's record, whose next revision is written in any case.
    credentials : sequence of Credential
        Keys, new or changed. What secrets they no longer have are to be removed.
    digests : mapping of (str, str) to str
        Digests of new secrets by key and id of the secret.
    outcome : T
        What the caller is told once it is written.
    """

    record: ClientRecord
    credentials: Sequence[Credential]
    outcome: T
    digests: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A key that a rotation made, and until when what it replaces is good, in seconds since 1970; None for nothing."""

    credential: Credential
    old_until: int | None


def plan_quota(client: ClientSnapshot, now: int, revise: Callable[[Quota], Quota]) -> Change[ClientRecord]:
    """Give a client and each of its live keys a quota, made of the one that it has."""
    quota = revise(client.record.quota)
    record = replace(client.record, quota=quota)
    return Change(record, [replace(credential, quota=quota) for credential in _live(client, now)], record)


def plan_origins(client: ClientSnapshot, now: int, origins: tuple[str, ...] | None) -> Change[None]:
    """Give a client's live js keys other origins."""
    keys = _live(client, now, CredentialKind.JS)
    return Change(client.record, [replace(credential, origins=origins) for credential in keys], None)


def plan_deletion(client: ClientSnapshot, now: int) -> Change[ClientRecord]:
    """End a client and all of its keys. What is written stays, so that neither name nor keys are given again."""
    record = replace(client.record, deleted_at=now)
    return Change(record, [_ended(credential) for credential in _live(client, now)], record)


def plan_revocation(client: ClientSnapshot, key: str, secret_id: str | None) -> Change[Credential]:
    """End a key, or one secret of it.

    Raises
    ------
    ValueError
        The client has no such key, or the key no such secret.
    """
    name = client.record.name
    found = next((credential for credential in client.credentials if credential.key == key), None)
    if found is None:
        raise ValueError(f"client {name!r} has no key {key!r}")
    if secret_id is None:
        ended = _ended(found)
    else:
        left = tuple(term for term in found.secrets if term.secret_id != secret_id)
        if left == found.secrets:
            raise ValueError(f"key {key!r} has no secret {secret_id!r}")
        ended = replace(found, secrets=left)
    return Change(client.record, [ended], ended)


def plan_js_rotation(client: ClientSnapshot, now: int, new: NewKey, grace_s: int) -> Change[Replacement]:
    """Make a js key; the live ones end with the grace.

    Raises
    ------
    ValueError
        The key was made before, or the client has as many live keys as it may have.
    """
    _check_room(client, now)
    _check_unused(client, new.key)
    old = _live(client, now, CredentialKind.JS)
    ending = [_ending(credential, now + grace_s) for credential in old]
    made = replace(_made(client, now, CredentialKind.JS, new, old), expires_at=new.expires_at)
    if new.origins is not None or old:
        made = replace(made, origins=old[-1].origins if new.origins is None else new.origins)
    return Change(client.record, [*ending, made], Replacement(made, _latest_end(ending, None)))


def plan_secret_rotation(
    client: ClientSnapshot, now: int, new: NewKey, secret: NewSecret, grace_s: int
) -> Change[Replacement]:
    """Give the consumer key a secret, or make a new one with it; what was good ends with the grace.

    Raises
    ------
    ValueError
        An earlier rotation's grace lasts still, the key was made before, or the client has as many live keys as it may
        have.
    """
    old = _live(client, now, CredentialKind.OAUTH)
    if grace_s:
        _check_one_secret(old, now)
    term = SecretTerm(secret.secret_id, now, new.expires_at)
    kept = next((credential for credential in reversed(old) if new.key in (None, credential.key)), None)
    ending = [
        _secrets_ending(credential, now + grace_s, now) if credential is kept else _ending(credential, now + grace_s)
        for credential in old
    ]
    if kept is None:
        _check_room(client, now)
        _check_unused(client, new.key)
        made = replace(_made(client, now, CredentialKind.OAUTH, new, old), secrets=(term,))
    else:
        still = ending.pop(old.index(kept))
        made = replace(still, secrets=(*still.secrets, term), scopes=new.scopes or still.scopes)
    outcome = Replacement(made, _latest_end([*ending, made], term))
    return Change(client.record, [*ending, made], outcome, {(made.key, term.secret_id): secret.digest})


def _live(client: ClientSnapshot, now: int, kind: CredentialKind | None = None) -> list[Credential]:
    return [one for one in client.credentials if one.is_live(now) and kind in (None, one.kind)]


def _made(client: ClientSnapshot, now: int, kind: CredentialKind, new: NewKey, old: Sequence[Credential]) -> Credential:
    return Credential(
        key=new.key or new.minted,
        client=client.record.name,
        kind=kind,
        scopes=new.scopes or (old[-1].scopes if old else frozenset(Scope)),
        created_at=now,
        quota=client.record.quota,
    )


def _ended(credential: Credential) -> Credential:
    return replace(credential, active=False, secrets=())


def _ending(credential: Credential, at: int) -> Credential:
    return replace(credential, expires_at=_sooner(credential.expires_at, at))


def _secrets_ending(credential: Credential, at: int, now: int) -> Credential:
    """Let every secret end at a time, and drop those that have ended already."""
    terms = (replace(term, expires_at=_sooner(term.expires_at, at)) for term in credential.secrets)
    return replace(credential, secrets=tuple(term for term in terms if term.is_live(now)))


def _sooner(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


def _latest_end(credentials: Sequence[Credential], new: SecretTerm | None) -> int | None:
    """Return when the last of what is replaced ends: keys, and secrets other than the new one."""
    if new is None:
        ends = [credential.expires_at for credential in credentials]
    else:
        ends = [
            term.expires_at if credential.expires_at is None else _sooner(term.expires_at, credential.expires_at)
            for credential in credentials
            for term in credential.secrets
            if term != new
        ]
    return max((end for end in ends if end is not None), default=None)


def _check_one_secret(old: Sequence[Credential], now: int) -> None:
    live = [f"{term.secret_id} of {one.key}" for one in old for term in one.live_secrets(now)]
    if len(live) > 1:
        raise ValueError(f"two secrets are good while a rotation's grace lasts: revoke one first ({', '.join(live)})")


def _check_unused(client: ClientSnapshot, key: str | None) -> None:
    """A key that ended stays ended: it is never made again, not even for the same client."""
    if any(credential.key == key for credential in client.credentials):
        raise ValueError(f"key {key!r} was made before: keys are not given again")


def _check_room(client: ClientSnapshot, now: int) -> None:
    if len(_live(client, now)) >= MAX_LIVE_KEYS:
        raise ValueError(f"client {client.record.name!r} has {MAX_LIVE_KEYS} live keys already: revoke one first")
