"""What sorts raw events by client."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Bundle
from infra.data_stack import DataStack
from infra.split_service import SplitService
from infra.stages import StageConfig


class SplitStack(Stack):
    """The split function, fed by the data stack's queue."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, bundle: Bundle, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: the function that splits raw events by client")
        SplitService(
            self,
            "Service",
            config=config,
            bundle=bundle,
            lake=data.lake,
            queue=data.raw_objects.queue,
            records=data.records,
        )
