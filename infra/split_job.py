"""The split in bulk: the Glue job that rewrites clients' days into few large files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from aws_cdk import Stack
from aws_cdk.aws_glue import CfnJob, CfnTrigger
from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_logs import LogGroup
from aws_cdk.aws_s3_assets import Asset
from constructs import Construct

from infra.acknowledgements import acknowledge
from infra.event_lake import EventLake
from infra.key_patterns import (
    FAILED_SPLIT_OBJECTS,
    RAW_EVENT_OBJECTS,
    SPILLED_EVENT_OBJECTS,
    SPLIT_OBJECTS,
    SPLIT_PLAN_OBJECTS,
)
from infra.records import Records
from infra.stages import StageConfig
from infra.wheel_assets import WheelAssets

# Glue asks for a group before it writes to it, though it is there; its own managed policy has the same three.
_WRITING = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


class SplitJob(Construct):
    """A job that takes no arguments for yesterday, and ``--from``, ``--to`` and ``--client`` to make up for other days.

    Parameters
    ----------
    config : StageConfig
        The stage, which says how large the job is and when it runs.
    script : Path
        ``functions/split_events/glue_job.py``.
    wheels : iterable of Path
        The library and what it needs, from :func:`infra.glue_wheels.build_wheels`.
    lake : EventLake
        What it reads and writes.
    records : Records
        Where it notes what is split.

    References
    ----------
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: StageConfig,
        script: Path,
        wheels: Iterable[Path],
        lake: EventLake,
        records: Records,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = f"augury-{config.name}-split"
        asset = Asset(self, "Script", path=str(script))
        modules = WheelAssets(self, "Wheels", wheels=wheels)
        self.role = Role(self, "Role", assumed_by=ServicePrincipal("glue.amazonaws.com"))
        its_object = asset.bucket.arn_for_objects(asset.s3_object_key)
        self.role.add_to_policy(PolicyStatement(actions=["s3:GetObject"], resources=[its_object]))
        modules.grant_read(self.role)
        self._grant_split(lake, records)
        arguments = _where(self, config, lake, records) | _modules(modules) | self._logging(config)
        self._job = self._make(config, asset, arguments)
        if config.bulk_split.schedule:
            self._schedule(config.bulk_split.schedule)

    def _grant_split(self, lake: EventLake, records: Records) -> None:
        records.grant_bulk_split(self.role)
        lake.grant_list(self.role)
        lake.grant(self.role, "s3:GetObject", RAW_EVENT_OBJECTS, SPILLED_EVENT_OBJECTS)
        lake.grant(self.role, "s3:GetObject", SPLIT_OBJECTS, SPLIT_PLAN_OBJECTS)
        lake.grant(self.role, "s3:PutObject", SPLIT_OBJECTS, SPLIT_PLAN_OBJECTS, FAILED_SPLIT_OBJECTS)
        lake.grant(self.role, "s3:DeleteObject", SPLIT_OBJECTS)

    def _logging(self, config: StageConfig) -> dict[str, str]:
        """Give the job log groups that forget, under the names that Glue makes of their prefix, and its metrics."""
        prefix = f"/augury/{config.name}/split-job"
        for kind in ("error", "output"):
            LogGroup(
                self,
                f"{kind.title()}Logs",
                log_group_name=f"{prefix}/{kind}",
                retention=config.log_retention,
                removal_policy=config.removal_policy,
            ).grant(self.role, *_WRITING)
        only_glues = {"StringEquals": {"cloudwatch:namespace": "Glue"}}
        self.role.add_to_policy(
            PolicyStatement(actions=["cloudwatch:PutMetricData"], resources=["*"], conditions=only_glues)
        )
        acknowledge(self.role, "IAM5[Resource::*]", "Metrics have no resources to name; the namespace is Glue's")
        return {
            "--custom-logGroup-prefix": prefix,
            "--enable-metrics": "true",
            "--enable-observability-metrics": "true",
        }

    def _make(self, config: StageConfig, script: Asset, arguments: dict[str, str]) -> CfnJob:
        size = config.bulk_split
        job = CfnJob(
            self,
            "Job",
            name=self.name,
            description="Augury: splits raw events of some days, and rewrites the days into few files",
            role=self.role.role_arn,
            command=CfnJob.JobCommandProperty(name="glueetl", python_version="3", script_location=script.s3_object_url),
            glue_version="6.0",
            worker_type=size.worker_type,
            number_of_workers=size.workers,
            execution_class="FLEX" if size.flexible else "STANDARD",
            # A second run at once would only find the first one's lock.
            execution_property=CfnJob.ExecutionPropertyProperty(max_concurrent_runs=1),
            max_retries=1,
            timeout=size.timeout_min,
            default_arguments=arguments | {"--job-bookmark-option": "job-bookmark-disable"},
        )
        job.node.add_dependency(self.role)
        acknowledge(job, "GL1", "CloudWatch encrypts every log; the job writes counts and keys of objects, no event")
        acknowledge(job, "GL3", "The job keeps no bookmarks: the ledger says what is split")
        return job

    def _schedule(self, schedule: str) -> None:
        CfnTrigger(
            self,
            "Daily",
            name=f"{self.name}-daily",
            description="Augury: splits and rewrites the day before",
            type="SCHEDULED",
            schedule=schedule,
            start_on_creation=True,
            actions=[CfnTrigger.ActionProperty(job_name=self.name)],
        ).add_resource_dependency(self._job)


def _where(scope: Construct, config: StageConfig, lake: EventLake, records: Records) -> dict[str, str]:
    return {
        "--lake": f"s3://{lake.bucket.bucket_name}",
        "--table": records.table_name,
        "--region": Stack.of(scope).region,
        "--events-prefix": config.events_prefix.expression,
    }


def _modules(wheels: WheelAssets) -> dict[str, str]:
    """Have pip install the wheels and look nowhere else: the lock is complete, and its hashes were checked."""
    return {
        "--additional-python-modules": ",".join(wheels.urls),
        "--python-modules-installer-option": "--no-index --no-deps",
    }
