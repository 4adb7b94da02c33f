"""Who is calling: the one place where a request's credential is judged.

Look-ups of keys are believed for 60 s, and made again after 30 s: a table that fails for less than half a minute is
noticed by no caller that is known. A revoked credential therefore stops within 60 s, its tokens included, because every
call looks at the credential and not at the token alone. That a token is well signed is remembered for 30 s; failures
are never.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from augury.aws import AwsUnavailable, Table
from augury.clients.credentials import Credential, CredentialKind
from augury.clients.last_used import LastUsed
from augury.clients.look_ups import FRESH_S, LookUps
from augury.clients.records import UNLIMITED, Quota
from augury.clients.signing import is_kid, read_public_keys
from augury.clients.store import ClientStore
from augury.clients.tokens import Claims, verify
from augury.errors import AuguryError, Kind
from augury.names import ClientName
from augury.routes import Credential as CredentialWanted
from augury.routes import Route, Scope
from augury.ttl_cache import TtlCache

_REREAD_S = 1.0
"""Time between reads of the public keys that tokens with unknown key ids may cause, in seconds."""


@dataclass(frozen=True, slots=True)
class Presented:
    """The credential that a request brought.

    Parameters
    ----------
    authorization : str, optional
        Value of the ``Authorization`` header.
    consumer_key : str, optional
        Value of the ``consumer_key`` parameter, on the ``/js`` routes only.
    """

    authorization: str | None = None
    consumer_key: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client.

    Parameters
    ----------
    client : ClientName
        Its name.
    consumer_key : str
        The key that it called with.
    origins : tuple of str or None
        Web origins whose pages may read the answer; None for any.
    quota : Quota
        How much it may send.
    """

    client: ClientName
    consumer_key: str
    origins: tuple[str, ...] | None = None
    quota: Quota = UNLIMITED


class Authenticator:
    """Judges credentials against one deployment's table.

    Parameters
    ----------
    table : Table
        Where credentials and public keys are kept.
    now : callable, optional
        Clock, seconds since 1970. Wall time, because a frozen Lambda's monotonic clock may stand still.
    """

    def __init__(self, table: Table, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._last_used = LastUsed(table, now)
        self._credentials = LookUps[str, Credential](ClientStore(table).credential, now)
        self._tokens = TtlCache[str, Claims](FRESH_S, now)
        self._public_keys = LookUps[None, dict[str, str]](lambda _: read_public_keys(table), now)
        self._public_keys_reread_at = 0.0

    def authenticate(self, presented: Presented, route: Route) -> Caller:
        """Return the client that calls a route, judged by the credential and scope that the route asks for.

        Raises
        ------
        AuguryError
            401 for a missing, unknown, expired or revoked credential; 403 where it lacks the scope; 503 where the
            table does not answer.
        """
        if route.scope is None:
            raise ValueError(f"{route.key} asks for no scope")
        if route.credential is CredentialWanted.BEARER:
            return self._bearer(presented, route.scope)
        return self._js_key(presented, route.scope)

    def check(self) -> None:
        """Read the public keys, as the first token would have it.

        Raises
        ------
        AwsUnavailable
            The table is not there, may not be read, or does not answer.
        """
        self._public_keys.renewed(None)

    def _bearer(self, presented: Presented, scope: Scope) -> Caller:
        scheme, _, token = (presented.authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise AuguryError(Kind.TOKEN_MISSING)
        claims = self._verified(token.strip())
        credential = self._active_credential(claims.consumer_key, CredentialKind.OAUTH)
        if credential is None or credential.client != claims.client:
            raise AuguryError(Kind.TOKEN_UNKNOWN)
        if claims.secret_id not in (term.secret_id for term in credential.live_secrets(self._now())):
            raise AuguryError(Kind.TOKEN_UNKNOWN)
        return self._permitted(credential, scope, claims.scopes & credential.scopes)

    def _js_key(self, presented: Presented, scope: Scope) -> Caller:
        if not presented.consumer_key:
            raise AuguryError(Kind.KEY_MISSING)
        credential = self._active_credential(presented.consumer_key, CredentialKind.JS)
        if credential is None:
            raise AuguryError(Kind.KEY_UNKNOWN)
        return self._permitted(credential, scope, credential.scopes)

    def _verified(self, token: str) -> Claims:
        claims = self._tokens.get(token)
        if claims is None:
            claims = verify(token, self._public_key, now=self._now())
            self._tokens.put(token, claims)
        elif claims.expires_at <= self._now():
            raise AuguryError(Kind.TOKEN_EXPIRED)
        return claims

    def _public_key(self, kid: str) -> str | None:
        if not is_kid(kid):
            return None
        keys = self._looked_up(lambda: self._public_keys.get(None) or {})
        if kid not in keys and self._now() - self._public_keys_reread_at >= _REREAD_S:
            keys = self._looked_up(lambda: self._public_keys.renewed(None) or {})
            self._public_keys_reread_at = self._now()
        return keys.get(kid)

    def _permitted(self, credential: Credential, scope: Scope, granted: frozenset[Scope]) -> Caller:
        if scope not in granted:
            raise AuguryError(Kind.SCOPE_MISSING)
        self._last_used.mark(credential.key)
        return Caller(credential.client, credential.key, credential.origins, credential.quota)

    def _active_credential(self, key: str, kind: CredentialKind) -> Credential | None:
        credential = self._looked_up(lambda: self._credentials.get(key))
        return credential if credential and credential.is_live(self._now()) and credential.kind is kind else None

    @staticmethod
    def _looked_up[T](look_up: Callable[[], T]) -> T:
        """Call the key store; its failure is never the caller's fault."""
        try:
            return look_up()
        except AwsUnavailable as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure
