"""Bearer tokens: ES256 JWTs that name a client, a credential and its scopes (RFC 7519, RFC 9068 in spirit)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import jwt

from augury.clients.credentials import Credential
from augury.clients.signing import SigningKey
from augury.errors import AuguryError, Kind
from augury.names import ClientName, InvalidName
from augury.routes import Scope

_ISSUER = "augury"
_ALGORITHM = "ES256"
_REQUIRED = ["exp", "iat", "sub", "azp", "scope", "secret_id"]

MAX_TOKEN_LENGTH = 2_048
"""Longest text that is looked at as a token; ours have some 600 characters, with the longest names some 900."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    client: ClientName
    consumer_key: str
    secret_id: str
    scopes: frozenset[Scope]
    expires_at: float


def issue(
    credential: Credential,
    secret_id: str,
    scopes: Iterable[Scope],
    key: SigningKey,
    *,
    now: float,
    lifetime_s: int,
) -> str:
    """Return a signed token for a credential.

    Parameters
    ----------
    credential : Credential
        Whom the token stands for.
    secret_id : str
        Which of its secrets was shown: the token ends with that secret.
    scopes : iterable of Scope
        What it may be used for.
    key : SigningKey
        What it is signed with.
    now : float
        Time of issue, seconds since 1970.
    lifetime_s : int
        Seconds until it expires.
    """
    claims = {
        "iss": _ISSUER,
        "aud": _ISSUER,
        "sub": credential.client,
        "azp": credential.key,
        "secret_id": secret_id,
        "scope": " ".join(sorted(scopes)),
        "iat": int(now),
        "exp": int(now) + lifetime_s,
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, key.private_key, algorithm=_ALGORITHM, headers={"kid": key.kid})


def verify(token: str, public_key: Callable[[str], str | None], *, now: float) -> Claims:
    """Return what a token says, once its signature and times are found right.

    Parameters
    ----------
    token : str
        The compact JWT.
    public_key : callable
        Gives the PEM of a key id, or None for an unknown one.
    now : float
        Seconds since 1970.

    Raises
    ------
    AuguryError
        ``TOKEN_EXPIRED``, or ``TOKEN_UNKNOWN`` for anything else that is wrong with it.
    """
    if len(token) > MAX_TOKEN_LENGTH:
        raise AuguryError(Kind.TOKEN_UNKNOWN)
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        pem = public_key(kid) if isinstance(kid, str) else None
        if pem is None:
            raise AuguryError(Kind.TOKEN_UNKNOWN)
        # Times are checked below against the caller's clock, which tests can step.
        options: Mapping[str, object] = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, pem, algorithms=[_ALGORITHM], audience=_ISSUER, issuer=_ISSUER, options=options)  # type: ignore[arg-type]
        verified = Claims(
            client=ClientName(claims["sub"]),
            consumer_key=str(claims["azp"]),
            secret_id=str(claims["secret_id"]),
            scopes=frozenset(Scope(name) for name in claims["scope"].split()),
            expires_at=float(claims["exp"]),
        )
    except (jwt.InvalidTokenError, InvalidName, ValueError, AttributeError):
        raise AuguryError(Kind.TOKEN_UNKNOWN) from None
    if verified.expires_at <= now:
        raise AuguryError(Kind.TOKEN_EXPIRED)
    return verified
