"""Tokens: the function that signs them, and the one that replaces the signing key."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk.aws_secretsmanager import RotationSchedule, Secret
from constructs import Construct

from augury.routes import ROTATE_HANDLER, Function
from infra.bundling import Bundle
from infra.functions import ZipFunction
from infra.records import Records
from infra.stages import StageConfig


class TokenService(Construct):
    """The only two functions that may read the private key.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bundle : Bundle
        Code of zip functions.
    records : Records
        Where credentials are looked up and public keys are published.
    signing_secret : Secret
        Where the private key is kept.
    pepper : Secret
        What digests of secrets are keyed with; only the token function may read it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        bundle: Bundle,
        records: Records,
        signing_secret: Secret,
        pepper: Secret,
    ) -> None:
        super().__init__(scope, construct_id)
        settings = {"table": records.table_name, "signing_secret": signing_secret.secret_arn}
        self.token = ZipFunction(
            self,
            "Token",
            bundle=bundle,
            handler=Function.TOKEN.handler,
            config=config,
            size=config.token,
            settings=settings | {"pepper_secret": pepper.secret_arn},
        )
        records.grant_token_requests(self.token)
        signing_secret.grant_read(self.token)
        pepper.grant_read(self.token)
        self.rotate = ZipFunction(
            self,
            "Rotate",
            bundle=bundle,
            handler=ROTATE_HANDLER,
            config=config,
            size=config.rotate,
            settings=settings,
        )
        records.grant_public_keys(self.rotate)
        self._rotate_regularly(signing_secret, days=config.rotation_days)

    def _rotate_regularly(self, signing_secret: Secret, *, days: int) -> None:
        """Rotate at once and then at every age: the secret starts as random text that is no key at all."""
        schedule = RotationSchedule(
            self,
            "Rotation",
            secret=signing_secret,
            rotation_lambda=self.rotate,
            automatically_after=Duration.days(days),
            rotate_immediately_on_update=True,
        )
        assert self.rotate.role is not None
        schedule.node.add_dependency(self.rotate.role)  # the first rotation starts before the stack is complete
