"""The lake as tables and views that Athena queries without a crawler."""

from __future__ import annotations

from aws_cdk import Fn, Stack
from aws_cdk.aws_athena import CfnWorkGroup
from aws_cdk.aws_glue import CfnDatabase, CfnTable
from aws_cdk.aws_s3 import Bucket
from constructs import Construct

from augury.lake import FEEDBACK_PREFIX, PREDICTIONS_PREFIX, QUERY_RESULTS, hourly_prefix
from infra.catalog_tables import ClientPartitions, HourlyPartitions, LineTable
from infra.catalog_views import VIEWS, View, presto_view
from infra.stages import StageConfig

_GIB = 1024**3


class LakeCatalog(Construct):
    """A database with a table of lines for each prefix, views that name their fields, and a workgroup to query it.

    Parameters
    ----------
    config : StageConfig
        The stage it belongs to.
    bucket : Bucket
        The data bucket.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig, bucket: Bucket) -> None:
        super().__init__(scope, construct_id)
        self.database_name = f"augury_{config.name}"
        database = CfnDatabase(
            self,
            "Database",
            catalog_id=Stack.of(self).account,
            database_input=CfnDatabase.DatabaseInputProperty(
                name=self.database_name, description="Augury: events and predictions as they lie in the lake"
            ),
        )
        tables = [self._table(table, bucket) for table in line_tables(config)]
        for table in tables:
            table.add_resource_dependency(database)
        for view in VIEWS:
            made = self._view(view)
            for table in tables:
                made.add_resource_dependency(table)
        self.workgroup = _workgroup(self, config, bucket)

    def _table(self, table: LineTable, bucket: Bucket) -> CfnTable:
        location = Fn.join("", ["s3://", bucket.bucket_name, "/", table.partitions.root])
        template = Fn.join("", ["s3://", bucket.bucket_name, "/", table.partitions.template])
        return CfnTable(
            self,
            table.construct_id,
            catalog_id=Stack.of(self).account,
            database_name=self.database_name,
            table_input=table.table_input(location, template),
        )

    def _view(self, view: View) -> CfnTable:
        return CfnTable(
            self,
            view.construct_id,
            catalog_id=Stack.of(self).account,
            database_name=self.database_name,
            table_input=presto_view(view, self.database_name),
        )


def line_tables(config: StageConfig) -> tuple[LineTable, ...]:
    """Return the tables of a stage."""
    return (
        LineTable("raw_event_lines", HourlyPartitions.of(hourly_prefix(config.events_prefix.expression))),
        LineTable("spilled_event_lines", HourlyPartitions.of_spill()),
        LineTable("prediction_lines", HourlyPartitions.of(hourly_prefix(PREDICTIONS_PREFIX))),
        LineTable("feedback_lines", HourlyPartitions.of(hourly_prefix(FEEDBACK_PREFIX))),
        LineTable("client_event_lines", ClientPartitions()),
    )


def _workgroup(scope: Construct, config: StageConfig, bucket: Bucket) -> CfnWorkGroup:
    return CfnWorkGroup(
        scope,
        "Workgroup",
        name=f"augury-{config.name}",
        description="Augury: queries of the lake",
        recursive_delete_option=not config.keeps_data,
        work_group_configuration=CfnWorkGroup.WorkGroupConfigurationProperty(
            enforce_work_group_configuration=True,
            publish_cloud_watch_metrics_enabled=True,
            bytes_scanned_cutoff_per_query=config.query_limit_gib * _GIB,
            engine_version=CfnWorkGroup.EngineVersionProperty(selected_engine_version="Athena engine version 3"),
            result_configuration=CfnWorkGroup.ResultConfigurationProperty(
                output_location=Fn.join("", ["s3://", bucket.bucket_name, "/", QUERY_RESULTS]),
                encryption_configuration=CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_S3"),
            ),
        ),
    )
