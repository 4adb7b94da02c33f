"""The types whose resources moto's own CloudFormation does not make, or not with all that a template says of them.

Each stands for the rule that CloudFormation states for it: which operation makes it, what ``Ref`` and ``Fn::GetAtt``
give (AWS CloudFormation template reference, "Return values" of each type), what may change in place.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from tests.cdk_deploy import buckets
from tests.cdk_deploy.provider import Provider, Step

_API: Final = {"ApiId": "{ApiId}"}
_INLINE: Final = {"PolicyName": "{each[PolicyName]}"}


def _of_bucket(operation: str, **takes: str) -> Step:
    return Step(operation=operation, takes=takes, members={"Bucket": "{Ref}"})


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


def _dimensions_by_name(transformations: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**each, "Dimensions": {dimension["Key"]: dimension["Value"] for dimension in each.get("Dimensions", [])}}
        for each in transformations
    ]


def _kms_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]


def _only(items: list[str]) -> str:
    [item] = items
    return item


PROVIDERS: Final = {
    "AWS::ApiGatewayV2::Api": Provider(
        service="apigatewayv2",
        create="create_api",
        ref="{ApiId}",
        attributes={"ApiEndpoint": "{ApiEndpoint}", "ApiId": "{ApiId}"},
        delete=Step(operation="delete_api", members=_API),
    ),
    "AWS::ApiGatewayV2::Integration": Provider(
        service="apigatewayv2",
        create="create_integration",
        ref="{IntegrationId}",
        delete=Step(operation="delete_integration", members={**_API, "IntegrationId": "{Ref}"}),
    ),
    "AWS::ApiGatewayV2::Route": Provider(
        service="apigatewayv2",
        create="create_route",
        ref="{RouteId}",
        delete=Step(operation="delete_route", members={**_API, "RouteId": "{Ref}"}),
    ),
    "AWS::ApiGatewayV2::Stage": Provider(
        service="apigatewayv2",
        create="create_stage",
        ref="{StageName}",
        delete=Step(operation="delete_stage", members={**_API, "StageName": "{Ref}"}),
    ),
    "AWS::Athena::WorkGroup": Provider(
        service="athena",
        create="create_work_group",
        ref="{Name}",
        renames={"WorkGroupConfiguration": "Configuration"},
        ignored={"RecursiveDeleteOption": "says how it is deleted"},
        delete=Step(operation="delete_work_group", members={"WorkGroup": "{Ref}"}),
    ),
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
    "AWS::DynamoDB::Table": Provider(
        service="dynamodb",
        create="create_table",
        ref="{TableDescription[TableName]}",
        name="TableName",
        steps=(
            Step(
                operation="update_time_to_live",
                takes={"TimeToLiveSpecification": "TimeToLiveSpecification"},
                members={"TableName": "{Ref}"},
            ),
            Step(
                operation="update_continuous_backups",
                takes={"PointInTimeRecoverySpecification": "PointInTimeRecoverySpecification"},
                members={"TableName": "{Ref}"},
            ),
        ),
        attributes={"Arn": "{TableDescription[TableArn]}"},
        delete=Step(operation="delete_table", members={"TableName": "{Ref}"}),
    ),
    "AWS::Events::Rule": Provider(
        service="events",
        create="put_rule",
        ref="{Name}",
        name="Name",
        steps=(Step(operation="put_targets", takes={"Targets": "Targets"}, members={"Rule": "{Ref}"}),),
        attributes={"Arn": "{RuleArn}"},
        undo=(Step(operation="remove_targets", each="Targets", members={"Rule": "{Ref}", "Ids": "{each[Id]}"}),),
        delete=Step(operation="delete_rule", members={"Name": "{Ref}"}),
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
    "AWS::Glue::Trigger": Provider(
        service="glue",
        create="create_trigger",
        ref="{Name}",
        name="Name",
        delete=Step(operation="delete_trigger", members={"Name": "{Ref}"}),
    ),
    "AWS::Glue::Table": Provider(
        service="glue",
        create="create_table",
        ref="{TableInput[Name]}",
        delete=Step(operation="delete_table", members={"DatabaseName": "{DatabaseName}", "Name": "{Ref}"}),
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
    "AWS::KinesisFirehose::DeliveryStream": Provider(
        service="firehose",
        create="create_delivery_stream",
        ref="{DeliveryStreamName}",
        name="DeliveryStreamName",
        attributes={"Arn": "{DeliveryStreamARN}"},
        delete=Step(operation="delete_delivery_stream", members={"DeliveryStreamName": "{Ref}"}),
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
    "AWS::S3::Bucket": Provider(
        service="s3",
        create="create_bucket",
        ref="{BucketName}",
        name="BucketName",
        renames={"AccessControl": "ACL", "BucketName": "Bucket"},
        steps=(
            _of_bucket("put_bucket_encryption", BucketEncryption="ServerSideEncryptionConfiguration"),
            _of_bucket("put_bucket_lifecycle_configuration", LifecycleConfiguration="LifecycleConfiguration"),
            _of_bucket("put_bucket_logging", LoggingConfiguration="BucketLoggingStatus"),
            _of_bucket("put_bucket_notification_configuration", NotificationConfiguration="NotificationConfiguration"),
            _of_bucket("put_bucket_ownership_controls", OwnershipControls="OwnershipControls"),
            _of_bucket("put_public_access_block", PublicAccessBlockConfiguration="PublicAccessBlockConfiguration"),
            _of_bucket("put_bucket_tagging", Tags="Tagging"),
            _of_bucket("put_bucket_versioning", VersioningConfiguration="VersioningConfiguration"),
        ),
        rewritten={
            "AccessControl": buckets.canned_acl,
            "BucketEncryption": buckets.encryption,
            "LifecycleConfiguration": buckets.lifecycle,
            "LoggingConfiguration": buckets.logging,
            "NotificationConfiguration": buckets.notifications,
            "Tags": lambda tags: {"TagSet": tags},
        },
        attributes={"Arn": "arn:aws:s3:::{Ref}", "RegionalDomainName": "{Ref}.s3.{region}.amazonaws.com"},
        delete=Step(operation="delete_bucket", members={"Bucket": "{Ref}"}),
    ),
    "AWS::S3::BucketPolicy": Provider(
        service="s3",
        create="put_bucket_policy",
        ref="{Bucket}",
        renames={"PolicyDocument": "Policy"},
        delete=_of_bucket("delete_bucket_policy"),
    ),
    "AWS::SNS::Topic": Provider(
        service="sns",
        create="create_topic",
        ref="{TopicArn}",
        name="TopicName",
        renames={"TopicName": "Name", "DisplayName": "Attributes"},
        rewritten={"DisplayName": lambda name: {"DisplayName": name}},
        attributes={"TopicArn": "{TopicArn}"},
        delete=Step(operation="delete_topic", members={"TopicArn": "{Ref}"}),
    ),
    "AWS::SNS::TopicPolicy": Provider(
        service="sns",
        create="set_topic_attributes",
        ref="{Name of the resource}",
        renames={"PolicyDocument": "AttributeValue", "Topics": "TopicArn"},
        members={"AttributeName": "Policy"},
        rewritten={"Topics": _only},
    ),
    "AWS::SQS::QueuePolicy": Provider(
        service="sqs",
        create="set_queue_attributes",
        ref="{Name of the resource}",
        renames={"PolicyDocument": "Attributes", "Queues": "QueueUrl"},
        rewritten={"PolicyDocument": lambda document: {"Policy": document}, "Queues": _only},
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
