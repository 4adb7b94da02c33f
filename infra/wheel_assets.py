"""Wheels as assets in S3 that keep their names."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from aws_cdk import AssetStaging as Staging
from aws_cdk import Aws, FileAssetLocation, FileAssetPackaging, Stack
from aws_cdk.aws_iam import IGrantable, PolicyStatement
from constructs import Construct


class WheelAssets(Construct):
    """Wheels, each below a digest of its content.

    The CDK's own asset would call each after its hash alone, and pip takes no wheel whose name does not say what it is.

    Parameters
    ----------
    wheels : iterable of Path
        Files that end in ``.whl``.
    """

    def __init__(self, scope: Construct, construct_id: str, *, wheels: Iterable[Path]) -> None:
        super().__init__(scope, construct_id)
        self._locations = [self._publish(wheel) for wheel in wheels]

    @property
    def urls(self) -> list[str]:
        """Where they are, as ``s3://`` URLs."""
        return [location.s3_object_url for location in self._locations]

    def grant_read(self, grantee: IGrantable) -> None:
        """Allow reading each of them."""
        objects = [f"arn:{Aws.PARTITION}:s3:::{at.bucket_name}/{at.object_key}" for at in self._locations]
        grantee.grant_principal.add_to_principal_policy(PolicyStatement(actions=["s3:GetObject"], resources=objects))

    def _publish(self, wheel: Path) -> FileAssetLocation:
        staged = Staging(self, wheel.name.partition("-")[0], source_path=str(wheel))
        stack = Stack.of(self)
        return stack.synthesizer.add_file_asset(
            file_name=staged.relative_staged_path(stack),
            packaging=FileAssetPackaging.FILE,
            source_hash=f"{sha256(wheel.read_bytes()).hexdigest()}/{wheel.stem}",
        )
