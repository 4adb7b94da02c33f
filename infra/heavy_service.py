"""Prediction from pipelines without a plan: the function that the predict function calls."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Annotations
from aws_cdk.aws_iam import IGrantable
from aws_cdk.aws_lambda import Alias, SnapStartConf
from constructs import Construct

from augury.routes import HEAVY_ALIAS, HEAVY_HANDLER
from infra.artifact_key import ArtifactKey
from infra.event_lake import EventLake
from infra.functions import ImageFunction
from infra.key_patterns import MODEL_OBJECTS
from infra.stages import StageConfig


class HeavyService(Construct):
    """Scores rows by fitted pipelines; it reads artifacts, and nothing else.

    It has no route, no table and no stream. Whoever may call it sees every client's models, so only the predict
    function may. A start loads pandas, scikit-learn and XGBoost, which takes seconds: where a stage asks for SnapStart,
    a published version starts from a snapshot in which they are loaded, for the price of keeping the snapshot. The
    predict function itself starts sooner than a snapshot is restored, and has none.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    root : Path
        The checkout, which is the image's build context.
    dockerfile : str
        Path of the predictor's Dockerfile below the context.
    lake : EventLake
        Where artifacts lie.
    artifact_key : ArtifactKey
        Whose signature artifacts need.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        root: Path,
        dockerfile: str,
        lake: EventLake,
        artifact_key: ArtifactKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = ImageFunction(
            self,
            "PredictHeavy",
            root=root,
            dockerfile=dockerfile,
            target="heavy",
            command=HEAVY_HANDLER,
            snap_start=SnapStartConf.ON_PUBLISHED_VERSIONS if config.heavy_snap_start else None,
            config=config,
            size=config.heavy,
            settings={
                "bucket": lake.bucket.bucket_name,
                "trusted_artifact_keys": artifact_key.trusted,
                "allow_unsigned_artifacts": str(config.allow_unsigned_artifacts).lower(),
                "pandas_lane": "true",
            },
        )
        artifact_key.grant_check(self.function)
        lake.grant(self.function, "s3:GetObject", MODEL_OBJECTS)
        lake.grant_list(self.function)
        if config.heavy_snap_start:
            Annotations.of(self.function).acknowledge_warning(
                "@aws-cdk/aws-lambda:snapStartRequirePublish", "A version is published, and the alias names it"
            )
        self.alias = Alias(self, "Live", alias_name=HEAVY_ALIAS, version=self.function.current_version)

    def grant_score(self, grantee: IGrantable) -> None:
        """Let a function call the version that is live, and no other."""
        self.alias.grant_invoke(grantee)
