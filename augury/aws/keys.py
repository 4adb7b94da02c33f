"""KMS: asymmetric keys that sign, and whose private half nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augury.aws.errors import NotFound, translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KeyService:
    """The signing keys of one account and region.

    Parameters
    ----------
    client : KMS client
        boto3 client, from :class:`augury.aws.connection.Connection`.
    """

    def __init__(self, client: KMSClient) -> None:
        self._client = client

    def sign(self, key_id: str, digest: bytes) -> bytes:
        """Return the ECDSA signature of a SHA-256 digest, DER-encoded.

        KMS takes 4,096 bytes at most (API reference, ``Sign``), so that digests are sent, not messages.

        Parameters
        ----------
        key_id : str
            ARN, id or alias of a key of spec ``ECC_NIST_P256``.
        digest : bytes
            32 bytes.

        Raises
        ------
        NotFound
            There is no such key.
        AwsUnavailable
            KMS did not answer, or this role may not sign with the key.
        """
        with translated(f"sign with {key_id}", absent=NotFound):
            answer = self._client.sign(
                KeyId=key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
            )
        return bytes(answer["Signature"])

    def public_key(self, key_id: str) -> bytes:
        """Return a key's public half as DER (SubjectPublicKeyInfo).

        Raises
        ------
        NotFound
            There is no such key.
        AwsUnavailable
            KMS did not answer, or this role may not read the key.
        """
        with translated(f"read the public key of {key_id}", absent=NotFound):
            return bytes(self._client.get_public_key(KeyId=key_id)["PublicKey"])
