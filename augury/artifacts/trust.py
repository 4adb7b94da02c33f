"""Whose artifacts are used: the public keys that the operator configured, and nothing that an artifact says itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from augury.artifacts.layout import SIGNATURE_FILE
from augury.artifacts.refusal import ArtifactRefused
from augury.aws import KeyService

_ECDSA = ec.ECDSA(hashes.SHA256())
_REFERENCE = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----|[^\s,]+", re.DOTALL)


class Trust:
    """The keys whose signature an artifact needs.

    Several keys are trusted while one takes the place of another: an artifact needs the signature of any of them. Keys
    that KMS holds are asked for once, when the first signature is checked.

    Parameters
    ----------
    keys : sequence of str
        Public keys in PEM, or ARNs of KMS keys; :meth:`read` makes them of a setting.
    allow_unsigned : bool, default False
        Whether an artifact without a signature is used. A signature that is there must fit all the same, unless no key
        is configured at all.
    service : KeyService, optional
        KMS, for keys that are ARNs.

    Raises
    ------
    ValueError
        A key is neither an ARN nor a P-256 public key in PEM, or is an ARN without KMS to ask.
    """

    def __init__(
        self, keys: Sequence[str] = (), *, allow_unsigned: bool = False, service: KeyService | None = None
    ) -> None:
        self._references = tuple(keys)
        self._allows_unsigned = allow_unsigned
        self._service = service
        self._given = [_public_key(key.encode()) for key in keys if not _is_arn(key)]
        if service is None and len(self._given) < len(keys):
            raise ValueError("a trusted key is an ARN, and there is no KMS to ask for it")

    @classmethod
    def read(cls, setting: str | None, *, allow_unsigned: bool = False, service: KeyService | None = None) -> Trust:
        """Return the trust of a setting: public keys in PEM and ARNs, apart by blanks, commas or lines.

        Examples
        --------
        >>> Trust.read("no key at all")
        Traceback (most recent call last):
            ...
        ValueError: trusted key 'no' is neither a P-256 public key in PEM nor the ARN of a KMS key
        """
        return cls(_REFERENCE.findall(setting or ""), allow_unsigned=allow_unsigned, service=service)

    def check(self, manifest: bytes, signature: bytes | None) -> None:
        """Return if a manifest may be believed.

        Raises
        ------
        ArtifactRefused
            There is no signature, no trusted key, or none that the signature fits.
        AwsUnavailable
            KMS did not answer for a key that it holds.
        """
        if signature is None:
            if self._allows_unsigned:
                return
            raise _refused("is missing, and unsigned artifacts are not allowed: sign it, or allow them")
        if not self._references:
            if self._allows_unsigned:
                return
            raise _refused("can't be checked: no trusted key is configured")
        if not any(_fits(key, manifest, signature) for key in self._keys):
            raise _refused("fits no trusted key: another key signed, or the manifest was changed since")

    def public_keys(self) -> list[str]:
        """Return the trusted keys as PEM, each in one line, for whoever can't ask KMS.

        Raises
        ------
        ArtifactRefused
            KMS gave a key of another curve.
        AwsUnavailable
            KMS did not answer for a key that it holds.
        """
        form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return [key.public_bytes(*form).decode().replace("\n", "") for key in self._keys]

    @cached_property
    def _keys(self) -> list[ec.EllipticCurvePublicKey]:
        return [*self._given, *(self._ask(reference) for reference in self._references if _is_arn(reference))]

    def _ask(self, arn: str) -> ec.EllipticCurvePublicKey:
        assert self._service is not None, "checked by the constructor"
        try:
            return _p256(serialization.load_der_public_key(self._service.public_key(arn)), arn)
        except ValueError as error:
            raise _refused(f"can't be checked: {error}") from None


def _is_arn(reference: str) -> bool:
    return reference.startswith("arn:")


def _public_key(reference: bytes) -> ec.EllipticCurvePublicKey:
    shown = reference.decode()[:40]
    try:
        return _p256(serialization.load_pem_public_key(reference), shown)
    except ValueError:
        raise ValueError(
            f"trusted key {shown!r} is neither a P-256 public key in PEM nor the ARN of a KMS key"
        ) from None


def _p256(key: object, shown: str) -> ec.EllipticCurvePublicKey:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError(f"trusted key {shown!r} is not of the curve P-256")
    return key


def _fits(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, _ECDSA)
    except InvalidSignature:
        return False
    return True


def _refused(reason: str) -> ArtifactRefused:
    return ArtifactRefused(SIGNATURE_FILE, reason)
