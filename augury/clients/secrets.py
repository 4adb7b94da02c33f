"""Keys and secrets: how they are made, kept and compared."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from zlib import crc32

from augury.aws import SecretStore

MIN_CUSTOM_SECRET_LENGTH = 32
"""Shortest secret that an operator may choose, in characters."""

MAX_SECRET_LENGTH = 256
"""Longest secret, in characters; a longer one is wrong without being looked at."""

_KEY = re.compile(r"[A-Za-z0-9._~-]{3,128}")
_SCHEME = "hmac-sha256"
_ABSENT_DIGEST = f"{_SCHEME}:{sha256(b'no such credential').hexdigest()}"


class Pepper:
    """The one secret text that every kept digest is keyed with.

    Who has the table but not the pepper can't even check a guess. It is read once, when a secret is first looked at,
    and never changes: with another one, no secret of a client would be right any more.

    Parameters
    ----------
    secret : SecretStore
        Where it is kept.
    """

    def __init__(self, secret: SecretStore) -> None:
        self._secret = secret

    def digest(self, secret: str) -> str:
        """Return what is kept of a secret: the name of the scheme, and an HMAC-SHA-256 in hexadecimal.

        A slow hash would add nothing: the secrets are random and long, and it would slow every token request.

        Raises
        ------
        AwsUnavailable, NotFound
            The pepper can't be read.
        """
        return f"{_SCHEME}:{hmac.digest(self._key, secret.encode(), 'sha256').hex()}"

    def matching(self, secret: str, digests: Mapping[str, str]) -> str | None:
        """Return the id of the digest that a secret has, or None where it has none of them.

        It takes the same time whichever digest is the right one, and where there is none to compare with.

        Parameters
        ----------
        secret : str
            What was presented.
        digests : mapping of str to str
            Digests by the ids of their secrets.
        """
        if len(secret) > MAX_SECRET_LENGTH:
            return None
        found = None
        presented = self.digest(secret)
        for secret_id, digest in (digests or {"": _ABSENT_DIGEST}).items():
            if hmac.compare_digest(presented, digest):
                found = secret_id
        return found or None

    @cached_property
    def _key(self) -> bytes:
        return self._secret.read().encode()


def mint_key(prefix: str) -> str:
    """Return a new public key id with 96 random bits, such as ``augury_js_9sY…``."""
    return f"augury_{prefix}_{secrets.token_urlsafe(12)}"


def mint_secret() -> str:
    """Return a new secret of 256 random bits.

    Its prefix and its checksum let a scanner of leaked secrets tell it from other text without asking us, as GitHub's
    tokens do (https://github.blog/engineering/behind-githubs-new-authentication-token-formats/).
    """
    body = secrets.token_urlsafe(32)
    return f"augury_sk_{body}_{crc32(body.encode()):08x}"


def mint_secret_id() -> str:
    """Return a new id by which a secret is spoken of."""
    return secrets.token_hex(4)


def may_be_key(text: str) -> bool:
    """Tell whether a text could be a key at all; what could not is not worth asking the table for.

    DynamoDB refuses partition keys beyond 2,048 bytes; that refusal would be mistaken for a failing table.
    """
    return _KEY.fullmatch(text) is not None


def check_custom_key(key: str, field: str) -> str:
    """Return a key that an operator chose, if it can stand in a URL and in a table.

    Raises
    ------
    ValueError
        It is shorter than 3 or longer than 128 characters, or holds others than letters, digits and ``._~-``.
    """
    if not may_be_key(key):
        raise ValueError(f"{field} must be 3 to 128 characters of letters, digits, '.', '_', '~' and '-'")
    return key


def check_custom_secret(secret: str) -> str:
    """Return a secret that an operator chose, if it is long enough to be kept by a fast digest.

    Raises
    ------
    ValueError
        It has fewer than 32 or more than 256 characters, or is no valid Unicode.
    """
    if not MIN_CUSTOM_SECRET_LENGTH <= len(secret) <= MAX_SECRET_LENGTH:
        raise ValueError(
            f"consumer secret must have at least {MIN_CUSTOM_SECRET_LENGTH} characters and at most {MAX_SECRET_LENGTH}"
        )
    if not secret.isprintable():  # a lone surrogate or a control character would not survive every client
        raise ValueError("consumer secret must hold printable characters only")
    return secret
