"""What takes events and feedback in."""

from __future__ import annotations

from aws_cdk import Stack
from constructs import Construct

from infra.bundling import Bundle
from infra.data_stack import DataStack
from infra.feedback_service import FeedbackService
from infra.ingest_service import IngestService
from infra.stages import StageConfig


class IngestStack(Stack):
    """The ingest and feedback functions on the data of their stage."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: StageConfig, bundle: Bundle, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, description="Augury: the functions that take events and feedback in")
        service = IngestService(self, "Service", config=config, bundle=bundle, lake=data.lake, records=data.records)
        self.function = service.function
        self.feedback = FeedbackService(
            self, "Feedback", config=config, bundle=bundle, lake=data.lake, records=data.records
        ).function
