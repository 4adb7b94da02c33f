"""The token endpoint: OAuth 2.0 client credentials (RFC 6749, sections 2.3.1, 4.4 and 5)."""

from __future__ import annotations

import base64
import binascii
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from augury.aws import AwsUnavailable, NotFound, SecretStore, Table
from augury.clients.credentials import Credential, SecretTerm
from augury.clients.digests import read_digests
from augury.clients.last_used import LastUsed
from augury.clients.look_ups import CACHE_S
from augury.clients.secrets import Pepper, may_be_key
from augury.clients.signing import SigningKey
from augury.clients.store import ClientStore
from augury.clients.tokens import issue
from augury.errors import AuguryError, Kind
from augury.routes import Scope


class GrantRefused(Exception):
    """A refusal in the words of RFC 6749 section 5.2.

    Parameters
    ----------
    error : str
        The RFC's error code.
    description : str
        A sentence for a person.
    status : int
        HTTP status: 401 for ``invalid_client``, else 400.
    """

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status

    def as_json(self) -> dict[str, str]:
        """Return the error body of the RFC."""
        return {"error": self.error, "error_description": str(self)}


@dataclass(frozen=True, slots=True)
class _Pair:
    key: str
    secret: str


class TokenEndpoint:
    """Exchanges a key and secret for a token.

    Parameters
    ----------
    table : Table
        Where credentials and digests are kept.
    pepper : Pepper
        What the digests are keyed with.
    secret : SecretStore
        The signing secret; it is read at most once a minute.
    lifetime_s : int
        Seconds that a token lives, unless its secret ends sooner.
    now : callable, optional
        Clock, seconds since 1970.
    """

    def __init__(
        self,
        table: Table,
        pepper: Pepper,
        secret: SecretStore,
        lifetime_s: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._clients = ClientStore(table)
        self._pepper = pepper
        self._secret = secret
        self._lifetime_s = lifetime_s
        self._now = now
        self._last_used = LastUsed(table, now)
        self._signing: tuple[float, SigningKey] | None = None

    def grant(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        """Return the token response for a request.

        Parameters
        ----------
        form : mapping
            Fields of the form body. ``consumer_key`` and ``consumer_secret``, Seldon's names, are taken for
            ``client_id`` and ``client_secret``, and then ``grant_type`` may be left out.
        authorization : str or None
            Value of the ``Authorization`` header.

        Raises
        ------
        GrantRefused
            As RFC 6749 section 5.2 has it.
        AuguryError
            503 where the key store or the signing secret can't be read.
        """
        grant_type = form.get("grant_type", "client_credentials" if "consumer_key" in form else None)
        if grant_type is None:
            raise GrantRefused("invalid_request", "Send grant_type=client_credentials")
        if grant_type != "client_credentials":
            raise GrantRefused("unsupported_grant_type", "grant_type must be client_credentials")
        try:
            credential, term = self._authenticated(_presented_pair(form, authorization))
            scopes = _requested_scopes(form.get("scope"), credential)
            key = self._signing_key()
        except (AwsUnavailable, NotFound) as failure:
            raise AuguryError(Kind.UNAVAILABLE) from failure
        self._last_used.mark(credential.key)
        now = self._now()
        lifetime_s = int(min(self._lifetime_s, _end_of(credential, term) - now))
        return {
            "access_token": issue(credential, term.secret_id, scopes, key, now=now, lifetime_s=lifetime_s),
            "token_type": "Bearer",
            "expires_in": lifetime_s,
            "scope": " ".join(sorted(scopes)),
        }

    def _authenticated(self, pair: _Pair) -> tuple[Credential, SecretTerm]:
        """Return the credential of a pair and which secret was shown, in the same time for an unknown key."""
        if not may_be_key(pair.key):
            raise _incorrect()
        credential = self._clients.credential(pair.key)
        live = {term.secret_id: term for term in credential.live_secrets(self._now())} if credential else {}
        secret_id = self._pepper.matching(pair.secret, read_digests(self._table, pair.key, tuple(live)))
        if credential is None or secret_id is None:
            raise _incorrect()
        return credential, live[secret_id]

    def _signing_key(self) -> SigningKey:
        now = self._now()
        if self._signing is None or now - self._signing[0] >= CACHE_S:
            try:
                self._signing = (now, SigningKey.from_secret(self._secret.read()))
            except ValueError as failure:
                raise AuguryError(Kind.UNAVAILABLE) from failure
        return self._signing[1]


def _incorrect() -> GrantRefused:
    return GrantRefused("invalid_client", "The consumer key or secret is not correct", 401)


def _end_of(credential: Credential, term: SecretTerm) -> float:
    return min(end for end in (credential.expires_at, term.expires_at, math.inf) if end is not None)


def _presented_pair(form: Mapping[str, str], authorization: str | None) -> _Pair:
    in_header = authorization is not None
    in_body = "client_secret" in form or "consumer_secret" in form
    if in_header and in_body:
        raise GrantRefused("invalid_request", "Send the key and secret by header or by body, not by both")
    if authorization is not None:
        return _basic_pair(authorization)
    key = form.get("client_id") or form.get("consumer_key")
    secret = form.get("client_secret") or form.get("consumer_secret")
    if not key or not secret:
        raise GrantRefused("invalid_client", "Send a consumer key and secret", 401)
    return _Pair(key, secret)


def _basic_pair(authorization: str) -> _Pair:
    """Read a Basic header; RFC 6749 section 2.3.1 has both halves form-encoded first."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        key, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise GrantRefused("invalid_client", "The Authorization header is no Basic header", 401) from None
    if not colon:
        raise GrantRefused("invalid_client", "The Authorization header holds no secret", 401)
    return _Pair(unquote_plus(key), unquote_plus(secret))


def _requested_scopes(requested: str | None, credential: Credential) -> frozenset[Scope]:
    if not requested:
        return credential.scopes
    try:
        scopes = frozenset(map(Scope, requested.split()))
    except ValueError:
        scopes = None
    if scopes is None or not scopes <= credential.scopes:
        raise GrantRefused("invalid_scope", f"scope must be among: {' '.join(sorted(credential.scopes))}")
    return scopes
