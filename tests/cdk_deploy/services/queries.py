"""Athena, and the Glue catalog and jobs."""

from __future__ import annotations

from typing import Final

from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading


def _glue_tags(kind: str) -> Reading:
    arn = f"arn:aws:glue:{{region}}:{{account}}:{kind}/{{Ref}}"
    return Reading(service="glue", operation="get_tags", members={"ResourceArn": arn}, path="Tags")


PROVIDERS: Final = {
    "AWS::Athena::WorkGroup": Provider(
        service="athena",
        create="create_work_group",
        ref="{Name}",
        renames={"WorkGroupConfiguration": "Configuration"},
        ignored={"RecursiveDeleteOption": "says how it is deleted"},
        delete=Step(operation="delete_work_group", members={"WorkGroup": "{Ref}"}),
    ),
    "AWS::Glue::Database": Provider(
        service="glue",
        create="create_database",
        ref="{DatabaseInput[Name]}",
        delete=Step(operation="delete_database", members={"Name": "{Ref}"}),
    ),
    "AWS::Glue::Job": Provider(
        service="glue",
        create="create_job",
        ref="{Name}",
        name="Name",
        delete=Step(operation="delete_job", members={"JobName": "{Ref}"}),
    ),
    "AWS::Glue::Table": Provider(
        service="glue",
        create="create_table",
        ref="{TableInput[Name]}",
        delete=Step(operation="delete_table", members={"DatabaseName": "{DatabaseName}", "Name": "{Ref}"}),
    ),
    "AWS::Glue::Trigger": Provider(
        service="glue",
        create="create_trigger",
        ref="{Name}",
        name="Name",
        delete=Step(operation="delete_trigger", members={"Name": "{Ref}"}),
    ),
}

READINGS: Final = {
    "AWS::Athena::WorkGroup": Reading(
        service="athena",
        operation="get_work_group",
        members={"WorkGroup": "{Ref}"},
        path="WorkGroup",
        names={"WorkGroupConfiguration": "Configuration"},
        parts={
            "Tags": Reading(
                service="athena",
                operation="list_tags_for_resource",
                members={"ResourceARN": "arn:aws:athena:{region}:{account}:workgroup/{Ref}"},
                path="Tags",
            )
        },
        unread={"RecursiveDeleteOption": "says how it is deleted"},
    ),
    "AWS::Glue::Database": Reading(
        service="glue",
        operation="get_database",
        members={"Name": "{Ref}"},
        path="Database",
        names={"DatabaseInput": ""},
    ),
    "AWS::Glue::Job": Reading(
        service="glue",
        operation="get_job",
        members={"JobName": "{Ref}"},
        path="Job",
        parts={"Tags": _glue_tags("job")},
    ),
    "AWS::Glue::Table": Reading(
        service="glue",
        operation="get_table",
        members={"DatabaseName": "{DatabaseName}", "Name": "{Ref}"},
        path="Table",
        names={"TableInput": ""},
    ),
    "AWS::Glue::Trigger": Reading(
        service="glue",
        operation="get_trigger",
        members={"Name": "{Ref}"},
        path="Trigger",
        parts={"Tags": _glue_tags("trigger")},
        unread={"StartOnCreation": "says what happens at once"},
    ),
}
