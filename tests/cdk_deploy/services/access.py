"""Who may do what, and keys and secrets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from tests.cdk_deploy.picking import only
from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading


def _of_role(operation: str, each: str, **members: str) -> Step:
    return Step(operation=operation, each=each, members={"RoleName": "{Ref}", **members})


def _documents_as_text(policies: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**policy, "PolicyDocument": json.dumps(policy["PolicyDocument"])} for policy in policies]


def _generated(options: Mapping[str, Any]) -> str:
    """Return a secret as Secrets Manager makes one up: a password, alone or as a field of a document."""
    password = secrets.token_urlsafe(options.get("PasswordLength", 32))
    if "SecretStringTemplate" not in options:
        return password
    return json.dumps({**json.loads(options["SecretStringTemplate"]), options["GenerateStringKey"]: password})


def _kms_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]


_INLINE: Final = {"PolicyName": "{each[PolicyName]}"}

PROVIDERS: Final = {
    "AWS::IAM::ManagedPolicy": Provider(
        service="iam",
        create="create_policy",
        ref="{Policy[Arn]}",
        name="ManagedPolicyName",
        renames={"ManagedPolicyName": "PolicyName"},
        delete=Step(operation="delete_policy", members={"PolicyArn": "{Ref}"}),
    ),
    "AWS::IAM::Role": Provider(
        service="iam",
        create="create_role",
        ref="{RoleName}",
        name="RoleName",
        steps=(
            _of_role("put_role_policy", "Policies", **_INLINE, PolicyDocument="{each[PolicyDocument]}"),
            _of_role("attach_role_policy", "ManagedPolicyArns", PolicyArn="{each}"),
        ),
        rewritten={"Policies": _documents_as_text},
        attributes={"Arn": "{Role[Arn]}"},
        undo=(
            _of_role("delete_role_policy", "Policies", **_INLINE),
            _of_role("detach_role_policy", "ManagedPolicyArns", PolicyArn="{each}"),
        ),
        delete=Step(operation="delete_role", members={"RoleName": "{Ref}"}),
    ),
    "AWS::KMS::Key": Provider(
        service="kms",
        create="create_key",
        ref="{KeyMetadata[KeyId]}",
        renames={"KeyPolicy": "Policy"},
        steps=(Step(operation="enable_key_rotation", takes={"EnableKeyRotation": ""}, members={"KeyId": "{Ref}"}),),
        ignored={"PendingWindowInDays": "says how it is deleted"},
        rewritten={"Tags": _kms_tags},
        attributes={"Arn": "{KeyMetadata[Arn]}", "KeyId": "{Ref}"},
        delete=Step(operation="schedule_key_deletion", members={"KeyId": "{Ref}"}),
    ),
    "AWS::SecretsManager::ResourcePolicy": Provider(
        service="secretsmanager",
        create="put_resource_policy",
        ref="{SecretId}",
        delete=Step(operation="delete_resource_policy", members={"SecretId": "{Ref}"}),
    ),
    "AWS::SecretsManager::RotationSchedule": Provider(
        service="secretsmanager",
        create="rotate_secret",
        ref="{SecretId}",
        members={"RotateImmediately": "false"},
        ignored={"RotateImmediatelyOnUpdate": "would run the function, and functions are not run here"},
    ),
    "AWS::SecretsManager::Secret": Provider(
        service="secretsmanager",
        create="create_secret",
        ref="{ARN}",
        name="Name",
        renames={"GenerateSecretString": "SecretString"},
        rewritten={"GenerateSecretString": _generated},
        delete=Step(operation="delete_secret", members={"SecretId": "{Ref}"}),
    ),
}

READINGS: Final = {
    "AWS::IAM::ManagedPolicy": Reading(
        service="iam",
        operation="get_policy",
        members={"PolicyArn": "{Ref}"},
        path="Policy",
        parts={
            "PolicyDocument": Reading(
                service="iam",
                operation="get_policy_version",
                members={"PolicyArn": "{Ref}", "VersionId": "v1"},
                path="PolicyVersion.Document",
            )
        },
    ),
    "AWS::IAM::Policy": Reading(
        service="iam",
        operation="get_role_policy",
        members={"RoleName": "{Roles[0]}", "PolicyName": "{PolicyName}"},
        names={"Roles": "RoleName"},
        written={"Roles": lambda roles: ",".join(roles)},
    ),
    "AWS::IAM::Role": Reading(
        service="iam",
        operation="get_role",
        members={"RoleName": "{Ref}"},
        path="Role",
        parts={
            "ManagedPolicyArns": Reading(
                service="iam",
                operation="list_attached_role_policies",
                members={"RoleName": "{Ref}"},
                path="AttachedPolicies",
                pick=lambda policies, _: [policy["PolicyArn"] for policy in policies],
            ),
            "Policies": Reading(
                service="iam",
                operation="get_role_policy",
                members={"RoleName": "{Ref}", "PolicyName": "{Policies[0][PolicyName]}"},
            ),
        },
        written={"Policies": only},
        attributes={"Arn": "{Arn}"},
    ),
    "AWS::KMS::Key": Reading(
        service="kms",
        operation="describe_key",
        members={"KeyId": "{Ref}"},
        path="KeyMetadata",
        parts={
            "EnableKeyRotation": Reading(
                service="kms",
                operation="get_key_rotation_status",
                members={"KeyId": "{Ref}"},
                path="KeyRotationEnabled",
            ),
            "KeyPolicy": Reading(
                service="kms",
                operation="get_key_policy",
                members={"KeyId": "{Ref}", "PolicyName": "default"},
                path="Policy",
            ),
            "Tags": Reading(service="kms", operation="list_resource_tags", members={"KeyId": "{Ref}"}, path="Tags"),
        },
        written={"Tags": _kms_tags},
        unread={"PendingWindowInDays": "says how it is deleted"},
        attributes={"Arn": "{Arn}", "KeyId": "{Ref}"},
    ),
    "AWS::SecretsManager::ResourcePolicy": Reading(
        service="secretsmanager",
        operation="get_resource_policy",
        members={"SecretId": "{SecretId}"},
        names={"SecretId": "ARN"},
    ),
    "AWS::SecretsManager::RotationSchedule": Reading(
        service="secretsmanager",
        operation="describe_secret",
        members={"SecretId": "{SecretId}"},
        names={"SecretId": "ARN"},
        unread={"RotateImmediatelyOnUpdate": "says what happens at once", "RotationRules": "moto forgets expressions"},
    ),
    "AWS::SecretsManager::Secret": Reading(
        service="secretsmanager",
        operation="describe_secret",
        members={"SecretId": "{Ref}"},
        unread={"GenerateSecretString": "is compared with nothing: it is random"},
    ),
}
