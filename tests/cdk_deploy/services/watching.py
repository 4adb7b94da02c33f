"""Logs, alarms and dashboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.cdk_deploy.picking import named
from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading


def _dimensions_by_name(transformations: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**each, "Dimensions": {dimension["Key"]: dimension["Value"] for dimension in each.get("Dimensions", [])}}
        for each in transformations
    ]


PROVIDERS: Final = {
    "AWS::CloudWatch::Alarm": Provider(
        service="cloudwatch",
        create="put_metric_alarm",
        ref="{AlarmName}",
        name="AlarmName",
        attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{Ref}"},
        delete=Step(operation="delete_alarms", members={"AlarmNames": "{Ref}"}),
    ),
    "AWS::CloudWatch::Dashboard": Provider(
        service="cloudwatch",
        create="put_dashboard",
        ref="{DashboardName}",
        name="DashboardName",
        ignored={"Tags": "moto's dashboards have none"},
        delete=Step(operation="delete_dashboards", members={"DashboardNames": "{Ref}"}),
    ),
    "AWS::Logs::LogGroup": Provider(
        service="logs",
        create="create_log_group",
        ref="{LogGroupName}",
        name="LogGroupName",
        steps=(
            Step(
                operation="put_retention_policy",
                takes={"RetentionInDays": "retentionInDays"},
                members={"logGroupName": "{Ref}"},
            ),
        ),
        attributes={"Arn": "arn:aws:logs:{region}:{account}:log-group:{Ref}:*"},
        delete=Step(operation="delete_log_group", members={"logGroupName": "{Ref}"}),
    ),
    "AWS::Logs::LogStream": Provider(
        service="logs",
        create="create_log_stream",
        ref="{LogStreamName}",
        name="LogStreamName",
        delete=Step(
            operation="delete_log_stream", members={"logGroupName": "{LogGroupName}", "logStreamName": "{Ref}"}
        ),
    ),
    "AWS::Logs::MetricFilter": Provider(
        service="logs",
        create="put_metric_filter",
        ref="{FilterName}",
        name="FilterName",
        rewritten={"MetricTransformations": _dimensions_by_name},
        delete=Step(
            operation="delete_metric_filter", members={"logGroupName": "{LogGroupName}", "filterName": "{Ref}"}
        ),
    ),
    "AWS::Logs::QueryDefinition": Provider(
        service="logs",
        create="put_query_definition",
        ref="{queryDefinitionId}",
        delete=Step(operation="delete_query_definition", members={"queryDefinitionId": "{Ref}"}),
    ),
}

READINGS: Final = {
    "AWS::CloudWatch::Alarm": Reading(
        service="cloudwatch",
        operation="describe_alarms",
        path="MetricAlarms",
        pick=named("AlarmName"),
        parts={
            "Tags": Reading(
                service="cloudwatch",
                operation="list_tags_for_resource",
                members={"ResourceARN": "arn:aws:cloudwatch:{region}:{account}:alarm:{Ref}"},
                path="Tags",
            )
        },
        attributes={"Arn": "{AlarmArn}"},
    ),
    "AWS::CloudWatch::Dashboard": Reading(
        service="cloudwatch",
        operation="get_dashboard",
        members={"DashboardName": "{Ref}"},
        unread={"Tags": "moto's dashboards have none"},
    ),
    "AWS::Logs::LogGroup": Reading(
        service="logs",
        operation="describe_log_groups",
        members={"logGroupNamePrefix": "{Ref}"},
        path="logGroups",
        pick=named("logGroupName"),
        parts={
            "Tags": Reading(
                service="logs",
                operation="list_tags_for_resource",
                members={"resourceArn": "arn:aws:logs:{region}:{account}:log-group:{Ref}"},
                path="tags",
            )
        },
        attributes={"Arn": "{arn}"},
    ),
    "AWS::Logs::LogStream": Reading(
        service="logs",
        operation="describe_log_streams",
        members={"logGroupName": "{LogGroupName}"},
        path="logStreams",
        pick=named("logStreamName"),
        unread={"LogGroupName": "is where it was found"},
    ),
    "AWS::Logs::MetricFilter": Reading(
        service="logs",
        operation="describe_metric_filters",
        members={"logGroupName": "{LogGroupName}"},
        path="metricFilters",
        pick=named("filterName"),
    ),
    "AWS::Logs::QueryDefinition": Reading(
        service="logs",
        operation="describe_query_definitions",
        path="queryDefinitions",
        pick=named("queryDefinitionId"),
    ),
}
