"""What trains clients' pipelines on AWS."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.bundling import Bundle
from infra.data_stack import DataStack
from infra.stages import StageConfig
from infra.training_service import TrainingService


class TrainingStack(Stack):
    """Training on the data of its stage.

    Its output ``TrainingMachineArn`` is read by the command line.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, root: Path, bundle: Bundle, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: training jobs, and what registers their artifacts")
        self.service = TrainingService(
            self,
            "Service",
            config=config,
            root=root,
            bundle=bundle,
            lake=data.lake,
            records=data.records,
            artifact_key=data.artifact_key,
        )
        CfnOutput(self, "TrainingMachineArn", value=self.service.machine.state_machine_arn)
