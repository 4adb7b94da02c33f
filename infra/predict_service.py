"""Prediction: the function that answers from clients' pipelines."""

from __future__ import annotations

from pathlib import Path

from aws_cdk.aws_iam import IRole
from aws_cdk.aws_lambda import Function
from constructs import Construct

from infra.artifact_key import ArtifactKey
from infra.event_lake import EventLake
from infra.functions import ImageFunction
from infra.heavy_service import HeavyService
from infra.key_patterns import MODEL_OBJECTS
from infra.microservices import grant_invoke_microservices
from infra.network import Network
from infra.records import Records
from infra.stages import StageConfig

DOCKERFILE = "containers/predictor/Dockerfile"
"""The predictor's, below the project's root."""


class PredictService(Construct):
    """Reads artifacts, writes to the predictions stream, and calls the function that scores what needs pandas.

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
    network : Network, optional
        Where the function is to be, so that it reaches services there; in none unless given.
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
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._config, self._records, self._lake, self._artifact_key = config, records, lake, artifact_key
        # Those that are targets, at any alias, and no other.
        self._targets = [Function.from_function_name(self, f"Target-{name}", name) for name in config.lambda_targets]
        self.heavy = HeavyService(
            self,
            "Heavy",
            config=config,
            root=root,
            dockerfile=DOCKERFILE,
            lake=lake,
            artifact_key=artifact_key,
        )
        self.function = ImageFunction(
            self,
            "Predict",
            root=root,
            dockerfile=DOCKERFILE,
            network=network,
            config=config,
            size=config.predict,
            settings={
                "table": records.table_name,
                "bucket": lake.bucket.bucket_name,
                "predictions_stream": lake.predictions.delivery_stream_name,
                "trusted_artifact_keys": artifact_key.trusted,
                "allow_unsigned_artifacts": str(config.allow_unsigned_artifacts).lower(),
                "heavy_function": self.heavy.function.function_name,
                **({"masked_inputs": ",".join(config.masked_inputs)} if config.masked_inputs else {}),
                **({"http_targets": ",".join(config.http_targets)} if config.http_targets else {}),
            },
        )
        self.predictions_stream = lake.predictions.delivery_stream_name
        assert self.function.role is not None
        self.grant_predictions(self.function.role)

    def grant_predictions(self, role: IRole) -> None:
        """Let a role do all that answering predictions takes: the function's, and that of the same image elsewhere."""
        self._records.grant_authentication(role)
        self._records.grant_registry(role)
        self._artifact_key.grant_check(role)
        self._lake.grant(role, "s3:GetObject", MODEL_OBJECTS)
        self._lake.grant_list(role)
        self._lake.predictions.grant_put_records(role)
        self.heavy.grant_score(role)
        for target in self._targets:
            target.grant_invoke(role)
        grant_invoke_microservices(role, role, self._config)
