"""The split: the function that sorts raw events by client and day."""

from __future__ import annotations

from aws_cdk.aws_lambda_event_sources import SqsEventSource
from aws_cdk.aws_sqs import Queue
from constructs import Construct

from augury.routes import SPLIT_HANDLER
from infra.bundling import Bundle
from infra.event_lake import EventLake
from infra.functions import ZipFunction
from infra.key_patterns import FAILED_SPLIT_OBJECTS, RAW_EVENT_OBJECTS, SPILLED_EVENT_OBJECTS, SPLIT_OBJECTS
from infra.records import Records
from infra.stages import StageConfig


class SplitService(Construct):
    """Splits each raw object that the queue tells of.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bundle : Bundle
        Code of zip functions.
    lake : EventLake
        What it reads and writes.
    queue : Queue
        Notifications of raw objects.
    records : Records
        Where it notes what is split.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        bundle: Bundle,
        lake: EventLake,
        queue: Queue,
        records: Records,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = ZipFunction(
            self,
            "Split",
            bundle=bundle,
            handler=SPLIT_HANDLER,
            config=config,
            size=config.split,
            settings={"bucket": lake.bucket.bucket_name, "table": records.table_name},
        )
        records.grant_split_ledger(self.function)
        lake.grant_list(self.function)
        lake.grant(self.function, "s3:GetObject", RAW_EVENT_OBJECTS, SPILLED_EVENT_OBJECTS)
        lake.grant(self.function, "s3:PutObject", SPLIT_OBJECTS, FAILED_SPLIT_OBJECTS)
        self.function.add_event_source(
            SqsEventSource(
                queue,
                batch_size=1,  # an object may take most of the function's time
                max_concurrency=config.split_concurrency,
                report_batch_item_failures=True,
            )
        )
