"""Keys and secrets: how they are made, kept and compared."""

from __future__ import annotations

import hmac
import re
import secrets
from hashlib import sha256
from zlib import crc32

MIN_CUSTOM_SECRET_LENGTH = 32
"""Shortest secret that an operator may choose, in characters."""

_KEY = re.compile(r"[A-Za-z0-9._~-]{3,128}")
_ABSENT_DIGEST = "sha256:" + sha256(b"no such credential").hexdigest()


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


def may_be_key(text: str) -> bool:
    """Tell whether a text could be a key at all; what could not is not worth asking the table for."""
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
    """Return a secret that an operator chose, if it is long enough to be kept as a plain SHA-256.

    Raises
    ------
    ValueError
        It has fewer than 32 characters.
    """
    if len(secret) < MIN_CUSTOM_SECRET_LENGTH:
        raise ValueError(f"consumer secret must have at least {MIN_CUSTOM_SECRET_LENGTH} characters")
    return secret


def digest_secret(secret: str) -> str:
    """Return what is kept of a secret.

    A slow hash would add nothing: the secrets are random and long, and it would slow every token request.
    """
    return "sha256:" + sha256(secret.encode()).hexdigest()


def secret_matches(secret: str, digest: str | None) -> bool:
    """Compare a secret with what was kept, in the same time whether or not the credential exists."""
    matches = hmac.compare_digest(digest_secret(secret), digest or _ABSENT_DIGEST)
    return matches and digest is not None
