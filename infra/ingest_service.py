"""Ingestion: the function that takes events in."""

from __future__ import annotations

from constructs import Construct

from augury.routes import Function
from infra.bundling import Bundle
from infra.event_lake import EventLake
from infra.functions import ZipFunction
from infra.records import Records
from infra.stages import StageConfig


class IngestService(Construct):
    """Writes to the events stream, and reads nothing but who the caller is and how much it sent.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bundle : Bundle
        Code of zip functions.
    lake : EventLake
        Whose events stream it writes to.
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
            settings={"table": records.table_name, "events_stream": lake.events.delivery_stream_name},
        )
        records.grant_authentication(self.function)
        records.grant_quota_counts(self.function)
        lake.events.grant_put_records(self.function)
