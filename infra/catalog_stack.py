"""What queries the lake."""

from __future__ import annotations

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.catalog import LakeCatalog
from infra.data_stack import DataStack
from infra.stages import StageConfig


class CatalogStack(Stack):
    """The catalog of the lake and a workgroup. Its outputs name the two for whoever queries."""

    def __init__(self, scope: Construct, construct_id: str, *, config: StageConfig, data: DataStack) -> None:
        super().__init__(scope, construct_id, description="Augury: tables and views of the lake, for Athena")
        catalog = LakeCatalog(self, "Lake", config=config, bucket=data.lake.bucket)
        CfnOutput(self, "DatabaseName", value=catalog.database_name)
        CfnOutput(self, "WorkgroupName", value=catalog.workgroup.name)
