"""Feedback: the function that takes in what became of predictions."""

from __future__ import annotations

from constructs import Construct

from augury.routes import Function
from infra.bundling import Bundle
from infra.event_lake import EventLake
from infra.functions import ZipFunction
from infra.key_patterns import FEEDBACK_OBJECTS
from infra.records import Records
from infra.stages import StageConfig


class FeedbackService(Construct):
    """Writes to the feedback stream, puts beside its objects what it won't take, and reads only who the caller is.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bundle : Bundle
        Code of zip functions.
    lake : EventLake
        Whose stream it writes to.
    records : Records
        Where credentials and public keys are looked up.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        bundle: Bundle,
        lake: EventLake,
        records: Records,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = ZipFunction(
            self,
            "Feedback",
            bundle=bundle,
            handler=Function.FEEDBACK.handler,
            config=config,
            size=config.feedback,
            settings={
                "table": records.table_name,
                "bucket": lake.bucket.bucket_name,
                "feedback_stream": lake.feedback.delivery_stream_name,
            },
        )
        records.grant_authentication(self.function)
        lake.feedback.grant_put_records(self.function)
        lake.grant(self.function, "s3:PutObject", FEEDBACK_OBJECTS)
