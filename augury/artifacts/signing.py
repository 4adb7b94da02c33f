"""Who signs artifacts: a key in KMS, or one in a file of the operator's."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from augury.aws import KeyService

_PREHASHED = ec.ECDSA(utils.Prehashed(hashes.SHA256()))


class Signer(Protocol):
    """Signs what a manifest says, by ECDSA on the curve P-256 with SHA-256 (FIPS 186-5)."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, DER-encoded as ``openssl dgst -sha256 -sign`` writes it."""

    def public_pem(self) -> str:
        """Return the public half, which the operator hands to those who are to trust it."""


@dataclass(frozen=True, slots=True)
class KmsSigner:
    """A key in KMS.

    Parameters
    ----------
    keys : KeyService
        Where the key is.
    key_id : str
        Its ARN.
    """

    keys: KeyService
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, DER-encoded."""
        return self.keys.sign(self.key_id, sha256(message).digest())

    def public_pem(self) -> str:
        """Return the public half."""
        return _pem(serialization.load_der_public_key(self.keys.public_key(self.key_id)))


@dataclass(frozen=True, slots=True)
class LocalSigner:
    """A private key in a PEM file.

    Examples
    --------
    >>> signer = LocalSigner.generate()
    >>> signer.public_pem().splitlines()[0]
    '-----BEGIN PUBLIC KEY-----'
    """

    private_key: ec.EllipticCurvePrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key from a file.

        Raises
        ------
        ValueError
            The file is missing or holds no unencrypted P-256 private key; the message says how to make one.
        """
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            raise ValueError(f"signing key {path} is missing: {_HOW_TO_MAKE_ONE}") from None
        except (ValueError, TypeError):
            raise ValueError(f"signing key {path} is no unencrypted private key in PEM: {_HOW_TO_MAKE_ONE}") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError(f"signing key {path} is not of the curve P-256: {_HOW_TO_MAKE_ONE}")
        return cls(key)

    @classmethod
    def read_or_make(cls, path: Path) -> Self:
        """Read a key from a file that is made where it is missing, readable by its owner only."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(cls.generate().private_pem())
            partial.replace(path)
        return cls.read(path)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, DER-encoded."""
        return self.private_key.sign(sha256(message).digest(), _PREHASHED)

    def public_pem(self) -> str:
        """Return the public half."""
        return _pem(self.private_key.public_key())

    def private_pem(self) -> bytes:
        """Return the key itself, as its file holds it."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def signer_at(reference: str, keys: KeyService) -> Signer:
    """Return the signer that an operator's setting names.

    Parameters
    ----------
    reference : str
        ARN of a KMS key, or the path of a PEM file.
    keys : KeyService
        KMS, which is asked only for an ARN.
    """
    return KmsSigner(keys, reference) if reference.startswith("arn:") else LocalSigner.read(Path(reference))


def _pem(key: object) -> str:
    assert isinstance(key, ec.EllipticCurvePublicKey)
    encoded = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


_HOW_TO_MAKE_ONE = "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out FILE`"
