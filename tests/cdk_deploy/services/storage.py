"""Buckets and tables."""

from __future__ import annotations

from typing import Final

from tests.cdk_deploy import buckets
from tests.cdk_deploy.provider import Provider, Step
from tests.cdk_deploy.reading import Reading


def _put(operation: str, **takes: str) -> Step:
    return Step(operation=operation, takes=takes, members={"Bucket": "{Ref}"})


def _get(operation: str, path: str = "") -> Reading:
    return Reading(service="s3", operation=operation, members={"Bucket": "{Ref}"}, path=path)


PROVIDERS: Final = {
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
    "AWS::S3::Bucket": Provider(
        service="s3",
        create="create_bucket",
        ref="{BucketName}",
        name="BucketName",
        renames={"AccessControl": "ACL", "BucketName": "Bucket"},
        steps=(
            _put("put_bucket_encryption", BucketEncryption="ServerSideEncryptionConfiguration"),
            _put("put_bucket_lifecycle_configuration", LifecycleConfiguration="LifecycleConfiguration"),
            _put("put_bucket_logging", LoggingConfiguration="BucketLoggingStatus"),
            _put("put_bucket_notification_configuration", NotificationConfiguration="NotificationConfiguration"),
            _put("put_bucket_ownership_controls", OwnershipControls="OwnershipControls"),
            _put("put_public_access_block", PublicAccessBlockConfiguration="PublicAccessBlockConfiguration"),
            _put("put_bucket_tagging", Tags="Tagging"),
            _put("put_bucket_versioning", VersioningConfiguration="VersioningConfiguration"),
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
        delete=_put("delete_bucket_policy"),
    ),
}

READINGS: Final = {
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
    "AWS::S3::Bucket": Reading(
        service="s3",
        operation="head_bucket",
        members={"Bucket": "{Ref}"},
        parts={
            "BucketEncryption": _get("get_bucket_encryption", "ServerSideEncryptionConfiguration"),
            "LifecycleConfiguration": _get("get_bucket_lifecycle_configuration"),
            "LoggingConfiguration": _get("get_bucket_logging"),
            "NotificationConfiguration": _get("get_bucket_notification_configuration"),
            "OwnershipControls": _get("get_bucket_ownership_controls", "OwnershipControls"),
            "PublicAccessBlockConfiguration": _get("get_public_access_block", "PublicAccessBlockConfiguration"),
            "Tags": _get("get_bucket_tagging", "TagSet"),
            "VersioningConfiguration": _get("get_bucket_versioning"),
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
}
