"""The keys that sign tokens: one private key in Secrets Manager, the public keys in the table."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from augury.aws import Table
from augury.clients.partitions import SIGNING

MAX_PUBLIC_KEYS = 3
"""Public keys kept: the current one, one that is being brought in, and one whose tokens have not all expired."""

_KID = re.compile(r"[0-9a-f]{16}")
_PK, _SK = SIGNING, "PUBLIC_KEYS"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 private key and the id by which tokens name it."""

    kid: str
    private_key: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(secrets.token_hex(8), ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_secret(cls, text: str) -> Self:
        """Read a key from a secret's text.

        Raises
        ------
        ValueError
            The text holds no signing key, as before the first rotation.
        """
        try:
            document = json.loads(text)
            key = serialization.load_pem_private_key(document["private_key"].encode(), password=None)
            kid = str(document["kid"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError("the signing secret holds no key yet: let it rotate once") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("the signing secret holds a key of another type than P-256")
        return cls(kid, key)

    def to_secret(self) -> str:
        """Return the text that is kept in Secrets Manager."""
        pem = self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps({"kid": self.kid, "private_key": pem.decode()})

    def public_pem(self) -> str:
        """Return the public half."""
        encoded = self.private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return encoded.decode()


def is_kid(text: str) -> bool:
    """Tell whether a text could be a key id at all, so that nothing else is ever looked up."""
    return _KID.fullmatch(text) is not None


def read_public_keys(table: Table) -> dict[str, str]:
    """Return the public keys that tokens may be signed with, PEM by key id, oldest first."""
    item = table.get(_PK, _SK)
    return {entry["kid"]: entry["pem"] for entry in item["keys"]} if item else {}


def publish_public_key(table: Table, key: SigningKey) -> None:
    """Add a public key to those that functions trust, dropping the oldest beyond three.

    Raises
    ------
    ConditionFailed
        Another rotation published at the same moment; the step will be tried again.
    """
    item = table.get(_PK, _SK)
    known = item["keys"] if item else []
    if any(entry["kid"] == key.kid for entry in known):
        return
    keys = [*known, {"kid": key.kid, "pem": key.public_pem()}][-MAX_PUBLIC_KEYS:]
    table.put({"pk": _PK, "sk": _SK, "keys": keys}, must_be_new=item is None, expected={"keys": known})
