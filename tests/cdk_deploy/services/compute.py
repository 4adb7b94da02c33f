"""Functions, the images they come from, and state machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading


def _statement(policy: str, sid: str) -> Any:
    [statement] = [statement for statement in json.loads(policy)["Statement"] if statement["Sid"] == sid]
    return statement


def _with_function_name(mapping: Mapping[str, Any], _: str) -> dict[str, Any]:
    return {**mapping, "FunctionName": mapping["FunctionArn"].rpartition(":")[2]}


def _policy_text(answer: Mapping[str, Any], _: str) -> dict[str, str]:
    """Return a policy without when it was last looked at."""
    return {"LifecyclePolicyText": answer["lifecyclePolicyText"]}


def _of_repository(operation: str, **where: Any) -> Reading:
    return Reading(service="ecr", operation=operation, members={"repositoryName": "{Ref}"}, **where)


PROVIDERS: Final = {
    "AWS::ECR::Repository": Provider(
        service="ecr",
        create="create_repository",
        ref="{RepositoryName}",
        name="RepositoryName",
        steps=(
            Step(operation="put_lifecycle_policy", spread=("LifecyclePolicy",), members={"repositoryName": "{Ref}"}),
            Step(
                operation="set_repository_policy",
                takes={"RepositoryPolicyText": "policyText"},
                members={"repositoryName": "{Ref}"},
            ),
        ),
        rewritten={"RepositoryName": str.lower},
        attributes={"Arn": "{repository[repositoryArn]}"},
        delete=Step(operation="delete_repository", members={"repositoryName": "{Ref}"}),
    ),
    "AWS::Lambda::Alias": Provider(
        service="lambda",
        create="create_alias",
        ref="{AliasArn}",
        update=(
            Step(
                operation="update_alias",
                takes={"FunctionVersion": "FunctionVersion"},
                members={"FunctionName": "{FunctionName}", "Name": "{Name}"},
            ),
        ),
        delete=Step(operation="delete_alias", members={"FunctionName": "{FunctionName}", "Name": "{Name}"}),
    ),
    "AWS::Lambda::EventSourceMapping": Provider(
        service="lambda",
        create="create_event_source_mapping",
        ref="{UUID}",
        delete=Step(operation="delete_event_source_mapping", members={"UUID": "{Ref}"}),
    ),
    "AWS::Lambda::Function": Provider(
        service="lambda",
        create="create_function",
        ref="{FunctionName}",
        name="FunctionName",
        attributes={"Arn": "{FunctionArn}"},
        update=(
            Step(operation="update_function_code", spread=("Code",), members={"FunctionName": "{Ref}"}),
            Step(
                operation="update_function_configuration",
                takes={name: name for name in ("Environment", "EphemeralStorage", "Handler", "MemorySize", "Timeout")},
                members={"FunctionName": "{Ref}"},
            ),
        ),
        delete=Step(operation="delete_function", members={"FunctionName": "{Ref}"}),
    ),
    "AWS::Lambda::Permission": Provider(
        service="lambda",
        create="add_permission",
        ref="{Name of the resource}",
        members={"StatementId": "{Name of the resource}"},
        delete=Step(operation="remove_permission", members={"FunctionName": "{FunctionName}", "StatementId": "{Ref}"}),
    ),
    "AWS::Lambda::Version": Provider(
        service="lambda",
        create="publish_version",
        ref="{FunctionArn}",
        attributes={"Version": "{Version}"},
        delete=Step(operation="delete_function", members={"FunctionName": "{FunctionName}", "Qualifier": "{Version}"}),
    ),
    "AWS::StepFunctions::StateMachine": Provider(
        service="stepfunctions",
        create="create_state_machine",
        ref="{stateMachineArn}",
        name="StateMachineName",
        renames={"DefinitionString": "definition", "StateMachineName": "name"},
        update=(
            Step(
                operation="update_state_machine",
                takes={"DefinitionString": "definition"},
                members={"stateMachineArn": "{Ref}"},
            ),
        ),
        attributes={"Arn": "{Ref}", "Name": "{StateMachineName}"},
        delete=Step(operation="delete_state_machine", members={"stateMachineArn": "{Ref}"}),
    ),
}

READINGS: Final = {
    "AWS::ECR::Repository": Reading(
        service="ecr",
        operation="describe_repositories",
        members={"repositoryNames": "{Ref}"},
        path="repositories.0",
        parts={
            "LifecyclePolicy": _of_repository("get_lifecycle_policy", pick=_policy_text),
            "RepositoryPolicyText": _of_repository("get_repository_policy", path="policyText"),
            "Tags": Reading(
                service="ecr",
                operation="list_tags_for_resource",
                members={"resourceArn": "arn:aws:ecr:{region}:{account}:repository/{Ref}"},
                path="tags",
            ),
        },
        attributes={"Arn": "{repositoryArn}"},
    ),
    "AWS::Lambda::Alias": Reading(
        service="lambda",
        operation="get_alias",
        members={"FunctionName": "{FunctionName}", "Name": "{Name}"},
        unread={"FunctionName": "is where it was found"},
    ),
    "AWS::Lambda::EventSourceMapping": Reading(
        service="lambda",
        operation="get_event_source_mapping",
        members={"UUID": "{Ref}"},
        pick=_with_function_name,
        parts={
            "Tags": Reading(
                service="lambda",
                operation="list_tags",
                members={"Resource": "arn:aws:lambda:{region}:{account}:event-source-mapping:{Ref}"},
                path="Tags",
            )
        },
    ),
    "AWS::Lambda::Function": Reading(
        service="lambda",
        operation="get_function",
        members={"FunctionName": "{Ref}"},
        path="Configuration",
        parts={
            "Tags": Reading(service="lambda", operation="get_function", members={"FunctionName": "{Ref}"}, path="Tags")
        },
        names={"ImageConfig": "ImageConfigResponse.ImageConfig"},
        unread={"Code": "is compared by a test of its own", "LoggingConfig": "moto forgets it"},
        attributes={"Arn": "{FunctionArn}"},
    ),
    "AWS::Lambda::Permission": Reading(
        service="lambda",
        operation="get_policy",
        members={"FunctionName": "{FunctionName}"},
        path="Policy",
        pick=_statement,
        names={
            "FunctionName": "Resource",
            "Principal": "Principal.Service",
            "SourceAccount": "Condition.StringEquals.AWS:SourceAccount",
            "SourceArn": "Condition.ArnLike.AWS:SourceArn",
        },
    ),
    "AWS::Lambda::Version": Reading(
        service="lambda",
        operation="get_function",
        members={"FunctionName": "{Ref}"},
        path="Configuration",
        attributes={"Version": "{Version}"},
    ),
    "AWS::StepFunctions::StateMachine": Reading(
        service="stepfunctions",
        operation="describe_state_machine",
        members={"stateMachineArn": "{Ref}"},
        names={"DefinitionString": "definition", "StateMachineName": "name", "StateMachineType": "type"},
        parts={
            "Tags": Reading(
                service="stepfunctions",
                operation="list_tags_for_resource",
                members={"resourceArn": "{Ref}"},
                path="tags",
            )
        },
        attributes={"Arn": "{Ref}", "Name": "{name}"},
    ),
}
