"""Ingestion: the function that takes events in."""

from __future__ import annotations

from constructs import Construct

from augury.routes import Function
from infra.bundling import Bundle
from infra.event_lake import EventLake
from infra.functions import ZipFunction
from infra.key_patterns import SPILLED_EVENT_OBJECTS
from infra.records import Records
from infra.stages import StageConfig


class IngestService(Construct):
    """Writes to the events and refusals streams, spills what they won't take, and reads only who the caller is.

    It also counts what each client has sent.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bundle : Bundle
        Code of zip functions.
    lake : EventLake
        Whose streams it writes to, and where it spills.
    records : Records
        Where credentials and public keys are looked up, and clients' events are counted.
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
            "Ingest",
            bundle=bundle,
            handler=Function.INGEST.handler,
            config=config,
            size=config.ingest,
            settings={
                "table": records.table_name,
                "bucket": lake.bucket.bucket_name,
                "events_stream": lake.events.delivery_stream_name,
                "refusals_stream": lake.refusals.delivery_stream_name,
            },
        )
        records.grant_authentication(self.function)
        records.grant_quota_counts(self.function)
        lake.events.grant_put_records(self.function)
        lake.refusals.grant_put_records(self.function)
        lake.grant(self.function, "s3:PutObject", SPILLED_EVENT_OBJECTS)
