"""What sorts raw events by client."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.bundling import Bundle
from infra.data_stack import DataStack
from infra.glue_wheels import build_wheels
from infra.split_job import SplitJob
from infra.split_service import SplitService
from infra.stages import StageConfig


class SplitStack(Stack):
    """The split function, fed by the data stack's queue, and the Glue job that does the same in bulk.

    Its output ``SplitJobName`` is read by the command line.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, bundle: Bundle, root: Path, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: what splits raw events by client")
        self.function = SplitService(
            self,
            "Service",
            config=config,
            bundle=bundle,
            lake=data.lake,
            queue=data.raw_objects.queue,
            records=data.records,
        ).function
        self.job = SplitJob(
            self,
            "Job",
            config=config,
            script=root / "functions" / "split_events" / "glue_job.py",
            wheels=build_wheels(root),
            lake=data.lake,
            records=data.records,
        )
        CfnOutput(self, "SplitJobName", value=self.job.name)
