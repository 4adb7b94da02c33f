"""The key that signs artifacts."""

from __future__ import annotations

from aws_cdk.aws_iam import Grant, IGrantable
from aws_cdk.aws_kms import Key, KeySpec, KeyUsage
from constructs import Construct

from infra.stages import StageConfig


class ArtifactKey(Construct):
    """An asymmetric key in KMS, whose private half never leaves it, and the keys that are trusted beside it.

    KMS does not rotate asymmetric keys by itself ("Rotating AWS KMS keys"): another key is made, the stage trusts both
    for a while, and then the old one no more.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to, and the further keys that it trusts.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig) -> None:
        super().__init__(scope, construct_id)
        self._key = Key(
            self,
            "Key",
            description="Signs the artifacts of pipelines",
            key_spec=KeySpec.ECC_NIST_P256,
            key_usage=KeyUsage.SIGN_VERIFY,
            removal_policy=config.removal_policy,
        )
        self.trusted = "\n".join([self._key.key_arn, *config.trusted_artifact_keys])

    @property
    def arn(self) -> str:
        """ARN of the key."""
        return self._key.key_arn

    def grant_sign(self, grantee: IGrantable) -> Grant:
        """Let a training role sign what it made."""
        return self._key.grant(grantee, "kms:Sign", "kms:GetPublicKey")

    def grant_check(self, grantee: IGrantable) -> Grant:
        """Let a role read the public half, by which it checks signatures itself."""
        return self._key.grant(grantee, "kms:GetPublicKey")
