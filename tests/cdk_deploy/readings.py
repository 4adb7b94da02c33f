"""How every type of the app's resources is read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.cdk_deploy import buckets
from tests.cdk_deploy.reading import Reading


def _of_api(operation: str, **members: str) -> Reading:
    members = {"ApiId": "{ApiId}", **members}
    return Reading(
        service="apigatewayv2", operation=operation, members=members, unread={"ApiId": "is where it was found"}
    )


def _of_bucket(operation: str, path: str = "") -> Reading:
    return Reading(service="s3", operation=operation, members={"Bucket": "{Ref}"}, path=path)


def _glue_tags(kind: str) -> Reading:
    arn = f"arn:aws:glue:{{region}}:{{account}}:{kind}/{{Ref}}"
    return Reading(service="glue", operation="get_tags", members={"ResourceArn": arn}, path="Tags")


def _statement(policy: str, sid: str) -> Any:
    [statement] = [statement for statement in json.loads(policy)["Statement"] if statement["Sid"] == sid]
    return statement


def _only(items: list[Any]) -> Any:
    [item] = items
    return item


def _with_function_name(mapping: Mapping[str, Any], _: str) -> dict[str, Any]:
    return {**mapping, "FunctionName": mapping["FunctionArn"].rpartition(":")[2]}


def _named(key: str) -> Any:
    """Return what chooses the entry whose value of a key is the resource's name."""
    return lambda entries, name: next(entry for entry in entries if entry[key] == name)


READINGS: Final = {
    "AWS::ApiGatewayV2::Api": Reading(
        service="apigatewayv2",
        operation="get_api",
        members={"ApiId": "{Ref}"},
        attributes={"ApiEndpoint": "{ApiEndpoint}"},
    ),
    "AWS::ApiGatewayV2::Integration": _of_api("get_integration", IntegrationId="{Ref}"),
    "AWS::ApiGatewayV2::Route": _of_api("get_route", RouteId="{Ref}"),
    "AWS::ApiGatewayV2::Stage": _of_api("get_stage", StageName="{Ref}"),
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
    "AWS::CloudWatch::Alarm": Reading(
        service="cloudwatch",
        operation="describe_alarms",
        path="MetricAlarms",
        pick=_named("AlarmName"),
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
    "AWS::DynamoDB::Table": Reading(
        service="dynamodb",
        operation="describe_table",
        members={"TableName": "{Ref}"},
        path="Table",
        names={"BillingMode": "BillingModeSummary.BillingMode"},
        parts={
            "PointInTimeRecoverySpecification": Reading(
                service="dynamodb",
                operation="describe_continuous_backups",
                members={"TableName": "{Ref}"},
                path="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
            ),
            "Tags": Reading(
                service="dynamodb",
                operation="list_tags_of_resource",
                members={"ResourceArn": "arn:aws:dynamodb:{region}:{account}:table/{Ref}"},
                path="Tags",
            ),
            "TimeToLiveSpecification": Reading(
                service="dynamodb",
                operation="describe_time_to_live",
                members={"TableName": "{Ref}"},
                path="TimeToLiveDescription",
            ),
        },
        written={
            "PointInTimeRecoverySpecification": lambda given: {
                "PointInTimeRecoveryStatus": "ENABLED" if given["PointInTimeRecoveryEnabled"] else "DISABLED"
            },
            "TimeToLiveSpecification": lambda given: {
                "AttributeName": given["AttributeName"],
                "TimeToLiveStatus": "ENABLED" if given["Enabled"] else "DISABLED",
            },
        },
        attributes={"Arn": "{TableArn}"},
    ),
    "AWS::Events::Rule": Reading(
        service="events",
        operation="describe_rule",
        members={"Name": "{Ref}"},
        parts={
            "Tags": Reading(
                service="events",
                operation="list_tags_for_resource",
                members={"ResourceARN": "arn:aws:events:{region}:{account}:rule/{Ref}"},
                path="Tags",
            ),
            "Targets": Reading(
                service="events", operation="list_targets_by_rule", members={"Rule": "{Ref}"}, path="Targets"
            ),
        },
        attributes={"Arn": "{Arn}"},
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
    "AWS::Glue::Trigger": Reading(
        service="glue",
        operation="get_trigger",
        members={"Name": "{Ref}"},
        path="Trigger",
        parts={"Tags": _glue_tags("trigger")},
        unread={"StartOnCreation": "says what happens at once"},
    ),
    "AWS::Glue::Table": Reading(
        service="glue",
        operation="get_table",
        members={"DatabaseName": "{DatabaseName}", "Name": "{Ref}"},
        path="Table",
        names={"TableInput": ""},
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
        written={"Policies": _only},
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
        written={"Tags": lambda tags: [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]},
        unread={"PendingWindowInDays": "says how it is deleted"},
        attributes={"Arn": "{Arn}", "KeyId": "{Ref}"},
    ),
    "AWS::KinesisFirehose::DeliveryStream": Reading(
        service="firehose",
        operation="describe_delivery_stream",
        members={"DeliveryStreamName": "{Ref}"},
        path="DeliveryStreamDescription",
        names={
            "DeliveryStreamEncryptionConfigurationInput": "DeliveryStreamEncryptionConfiguration",
            "ExtendedS3DestinationConfiguration": "Destinations.0.ExtendedS3DestinationDescription",
        },
        parts={
            "Tags": Reading(
                service="firehose",
                operation="list_tags_for_delivery_stream",
                members={"DeliveryStreamName": "{Ref}"},
                path="Tags",
            )
        },
        attributes={"Arn": "{DeliveryStreamARN}"},
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
    "AWS::Logs::LogGroup": Reading(
        service="logs",
        operation="describe_log_groups",
        members={"logGroupNamePrefix": "{Ref}"},
        path="logGroups",
        pick=_named("logGroupName"),
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
        pick=_named("logStreamName"),
        unread={"LogGroupName": "is where it was found"},
    ),
    "AWS::Logs::MetricFilter": Reading(
        service="logs",
        operation="describe_metric_filters",
        members={"logGroupName": "{LogGroupName}"},
        path="metricFilters",
        pick=_named("filterName"),
    ),
    "AWS::S3::Bucket": Reading(
        service="s3",
        operation="head_bucket",
        members={"Bucket": "{Ref}"},
        parts={
            "BucketEncryption": _of_bucket("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
            "LifecycleConfiguration": _of_bucket("get_bucket_lifecycle_configuration"),
            "LoggingConfiguration": _of_bucket("get_bucket_logging"),
            "NotificationConfiguration": _of_bucket("get_bucket_notification_configuration"),
            "OwnershipControls": _of_bucket("get_bucket_ownership_controls", "OwnershipControls"),
            "PublicAccessBlockConfiguration": _of_bucket("get_public_access_block", "PublicAccessBlockConfiguration"),
            "Tags": _of_bucket("get_bucket_tagging", "TagSet"),
            "VersioningConfiguration": _of_bucket("get_bucket_versioning"),
        },
        written={
            "BucketEncryption": buckets.encryption,
            "LifecycleConfiguration": buckets.lifecycle,
            "LoggingConfiguration": buckets.logging,
            "NotificationConfiguration": buckets.notifications,
        },
        attributes={"Arn": "arn:aws:s3:::{Ref}"},
    ),
    "AWS::S3::BucketPolicy": Reading(
        service="s3",
        operation="get_bucket_policy",
        members={"Bucket": "{Bucket}"},
        names={"PolicyDocument": "Policy"},
        unread={"Bucket": "is where it was found"},
    ),
    "AWS::SNS::Topic": Reading(
        service="sns",
        operation="get_topic_attributes",
        members={"TopicArn": "{Ref}"},
        path="Attributes",
        parts={
            "Tags": Reading(
                service="sns", operation="list_tags_for_resource", members={"ResourceArn": "{Ref}"}, path="Tags"
            )
        },
        attributes={"TopicArn": "{Ref}"},
    ),
    "AWS::SNS::TopicPolicy": Reading(
        service="sns",
        operation="get_topic_attributes",
        members={"TopicArn": "{Topics[0]}"},
        path="Attributes",
        names={"PolicyDocument": "Policy"},
        unread={"Topics": "is where it was found"},
    ),
    "AWS::SQS::Queue": Reading(
        service="sqs",
        operation="get_queue_attributes",
        members={"QueueUrl": "{Ref}", "AttributeNames": "All"},
        path="Attributes",
        parts={"Tags": Reading(service="sqs", operation="list_queue_tags", members={"QueueUrl": "{Ref}"}, path="Tags")},
        attributes={"Arn": "{QueueArn}", "QueueName": "{QueueName}"},
    ),
    "AWS::SQS::QueuePolicy": Reading(
        service="sqs",
        operation="get_queue_attributes",
        members={"QueueUrl": "{Queues[0]}", "AttributeNames": "All"},
        path="Attributes",
        names={"PolicyDocument": "Policy"},
        unread={"Queues": "is where it was found"},
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
