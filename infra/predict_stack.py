"""What answers predictions."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from infra.data_stack import DataStack
from infra.network import Network
from infra.predict_service import PredictService
from infra.stages import StageConfig


class PredictStack(Stack):
    """The predict function on the data of its stage."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        root: Path,
        data: DataStack,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: the function that answers predictions")
        self.service = PredictService(
            self,
            "Service",
            config=config,
            root=root,
            lake=data.lake,
            records=data.records,
            artifact_key=data.artifact_key,
            network=network,
        )
        self.function = self.service.function
