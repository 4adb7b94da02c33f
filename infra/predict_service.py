"""Prediction: the function that answers from clients' pipelines."""

from __future__ import annotations

from pathlib import Path

from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra.artifact_key import ArtifactKey
from infra.event_lake import EventLake
from infra.functions import ImageFunction
from infra.key_patterns import MODEL_OBJECTS
from infra.records import Records
from infra.stages import StageConfig

_DOCKERFILE = "containers/predictor/Dockerfile"


class PredictService(Construct):
    """Reads artifacts, and writes to the predictions stream.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    root : Path
        The checkout, which is the image's build context.
    lake : EventLake
        Where artifacts lie and predictions are logged.
    records : Records
        Where credentials, public keys and pipelines are looked up.
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
        lake: EventLake,
        records: Records,
        artifact_key: ArtifactKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = ImageFunction(
            self,
            "Predict",
            root=root,
            dockerfile=_DOCKERFILE,
            config=config,
            size=config.predict,
            settings={
                "table": records.table_name,
                "bucket": lake.bucket.bucket_name,
                "predictions_stream": lake.predictions.delivery_stream_name,
                "trusted_artifact_keys": artifact_key.trusted,
                "allow_unsigned_artifacts": str(config.allow_unsigned_artifacts).lower(),
                **({"masked_inputs": ",".join(config.masked_inputs)} if config.masked_inputs else {}),
                **({"http_targets": ",".join(config.http_targets)} if config.http_targets else {}),
            },
        )
        records.grant_authentication(self.function)
        records.grant_registry(self.function)
        artifact_key.grant_check(self.function)
        lake.grant(self.function, "s3:GetObject", MODEL_OBJECTS)
        lake.predictions.grant_put_records(self.function)
        self._grant_targets(config)

    def _grant_targets(self, config: StageConfig) -> None:
        """Let the function call those that are targets, at any alias, and no other."""
        for name in config.lambda_targets:
            target = Function.from_function_name(self, f"Target-{name}", name)
            target.grant_invoke(self.function)
